"""The whole cluster: up with one call, down with another, and nothing of it left."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cluster.lab import binaries, devices, network
from cluster.lab.certificates import Certificates, Identity
from cluster.lab.control_plane import Component, components
from cluster.lab.network import Address
from cluster.lab.node import Node


class Cluster:
    """A control plane and ``nodes`` real nodes; everything is kept below ``folder``."""

    def __init__(self, folder: Path, nodes: int = 2) -> None:
        self.folder = folder
        self._addresses = [Address(number) for number in range(1, nodes + 1)]
        self._certificates = Certificates(folder / "certificates")
        self.nodes: list[Node] = []
        self.control_plane: list[Component] = []

    @property
    def kubeconfig(self) -> Path:
        """Of an administrator."""
        return self._certificates.kubeconfig("admin")

    def up(self, images: dict[str, Path]) -> None:
        """Returns when every node is Ready and has the images."""
        programs = binaries.build()
        self.folder.mkdir(parents=True, exist_ok=True)
        network.up(self._addresses)
        self._certificates.make(self._identities())
        self.control_plane = components(self.folder, programs, self._certificates)
        for component in self.control_plane:
            component.start()
        self._permit()
        self.nodes = [Node(self.folder, programs, self._certificates, address) for address in self._addresses]
        for node in self.nodes:
            node.start()
            for archive in images.values():
                node.import_image(archive)
        self.until(self._ready, 120)
        for node in self.nodes:
            for label in devices.labels(node.address.number):
                self.kubectl("label", "node", node.name, label)
        self.until(lambda: all(self._gives(node) for node in self.nodes), 60)
        self.until(lambda: self.kubectl("get", "serviceaccount", "default", check=False), 30)

    def down(self) -> None:
        """Everything ends."""
        for node in self.nodes:
            node.stop()
        for component in reversed(self.control_plane):
            component.stop()
        network.down(self._addresses)
        shutil.rmtree(self.folder, ignore_errors=True)

    def kubectl(self, *arguments: str, stdin: str | None = None, check: bool = True) -> str:
        """What kubectl prints. Raises RuntimeError with what it complains about."""
        done = subprocess.run(
            [binaries.build() / "kubectl", *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if check and done.returncode:
            raise RuntimeError(f"kubectl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout

    def helm(self, *arguments: str, check: bool = True) -> str:
        """What helm prints, both streams. Raises RuntimeError with it."""
        done = subprocess.run(
            [binaries.build() / "helm", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=900,
        )
        if check and done.returncode:
            raise RuntimeError(f"helm {' '.join(arguments)}: {done.stderr}")
        return done.stdout + done.stderr

    @property
    def environment(self) -> dict[str, str]:
        """In which kubectl and helm are found, and mean this cluster."""
        path = f"{binaries.build()}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "KUBECONFIG": str(self.kubeconfig)}

    def api_server(self) -> Component:
        """``kill()`` and ``start()``: nobody is answered meanwhile, and nothing is lost."""
        return next(part for part in self.control_plane if part.folder.name == "apiserver")

    def allocatable(self, node: Node) -> dict[str, str]:
        """What the node has to give, by resource."""
        return dict(self.get("node", node.name)["status"].get("allocatable", {}))

    def get(self, *arguments: str) -> dict[str, Any]:
        """Objects as the API server describes them."""
        return dict(json.loads(self.kubectl("get", *arguments, "-o", "json")))

    def apply(self, *objects: dict[str, Any]) -> None:
        """Create or change objects."""
        self.kubectl("apply", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))

    def until(self, condition: Callable[[], Any], timeout_s: float = 60) -> None:
        """Wait for it. Raises TimeoutError."""
        deadline = time.monotonic() + timeout_s
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(f"{condition.__name__} did not come true in {timeout_s:.0f} s")
            time.sleep(0.5)

    def _ready(self) -> bool:
        nodes = self.get("nodes")["items"]
        conditions = [each for node in nodes for each in node["status"].get("conditions", ())]
        ready = [each for each in conditions if each["type"] == "Ready" and each["status"] == "True"]
        return len(ready) == len(self.nodes)

    def _gives(self, node: Node) -> bool:
        """Whether the node offers what it has."""
        return node.devices.resources.items() <= self.allocatable(node).items()

    def _identities(self) -> list[Identity]:
        nodes = [
            Identity(f"node-{each.number}", f"system:node:node-{each.number}", "system:nodes")
            for each in self._addresses
        ]
        return [
            Identity("admin", "admin", "system:masters"),
            Identity("controller-manager", "system:kube-controller-manager"),
            Identity("scheduler", "system:kube-scheduler"),
            Identity("proxy", "system:kube-proxy"),
            *nodes,
        ]

    def _permit(self) -> None:
        """What an installer of Kubernetes grants: its proxy may look, its nodes may be probed."""
        self.apply(
            {
                "apiVersion": "rbac.authorization.k8s.io/v1",
                "kind": "ClusterRoleBinding",
                "metadata": {"name": "lab-proxy"},
                "roleRef": {
                    "apiGroup": "rbac.authorization.k8s.io",
                    "kind": "ClusterRole",
                    "name": "system:node-proxier",
                },
                "subjects": [{"kind": "User", "name": "system:kube-proxy", "apiGroup": "rbac.authorization.k8s.io"}],
            }
        )
