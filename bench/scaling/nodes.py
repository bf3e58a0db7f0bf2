"""Nodes that are objects and leases alone, kept by kwok, which also says of every bound pod that it runs."""

from __future__ import annotations

import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import urllib3
from cluster.lab import binaries
from kubernetes import client, config
from servers.process import Server, free_port

VERSION = "v0.7.0"
_STAGES = Path(__file__).with_name("stages.yaml")
_HAS = {"cpu": "32", "memory": "256Gi", "ephemeral-storage": "1Ti", "pods": "110"}


def build() -> Path:
    """The program, beside the lab's own and by its version; two minutes the first time."""
    folder = binaries.cache().parent / f"kwok-{VERSION}"
    if not (folder / "kwok").exists():
        command = [
            "go",
            "install",
            "-buildvcs=false",
            "-trimpath",
            "-ldflags",
            "-s -w",
            f"sigs.k8s.io/kwok/cmd/kwok@{VERSION}",
        ]
        subprocess.run(command, check=True, env={**os.environ, "CGO_ENABLED": "0", "GOBIN": str(folder)})
    return folder / "kwok"


class Kwok(Server):
    """Plays every node of the cluster."""

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        super().__init__(folder)
        self._kubeconfig, self._program, self.port = kubeconfig, build(), free_port()

    def command(self) -> list[str]:
        """Heartbeats as a kubelet's: a lease of 40 s, renewed every 10 s."""
        return [
            str(self._program),
            f"--kubeconfig={self._kubeconfig}",
            f"--config={_STAGES}",
            "--manage-all-nodes",
            "--node-lease-duration-seconds=40",
            f"--server-address=127.0.0.1:{self.port}",
        ]

    def ready(self) -> bool:
        """Whether it says so."""
        try:
            return urllib3.request("GET", f"http://127.0.0.1:{self.port}/healthz", retries=False).status == 200
        except urllib3.exceptions.HTTPError:
            return False


def api_client(kubeconfig: Path, connections: int = 16) -> client.ApiClient:
    """A client for what the workbench itself never asks."""
    settings = client.Configuration()
    config.load_kube_config(str(kubeconfig), client_configuration=settings)
    settings.connection_pool_maxsize = connections
    return client.ApiClient(settings)


def make(kubeconfig: Path, count: int) -> float:
    """Register them; the seconds until every one is Ready."""
    core, began = client.CoreV1Api(api_client(kubeconfig)), time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: core.create_node(_node(number), _preload_content=False), range(count)))
    while _ready(core) < count:
        time.sleep(1.0)
    return time.monotonic() - began


def _node(number: int) -> dict[str, object]:
    name = f"sim-{number:04d}"
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"capacity": _HAS, "allocatable": _HAS},
    }


def _ready(core: client.CoreV1Api) -> int:
    conditions = (each for node in core.list_node().items for each in node.status.conditions or ())
    return sum(each.type == "Ready" and each.status == "True" for each in conditions)
