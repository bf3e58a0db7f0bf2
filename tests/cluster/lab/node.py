"""A node: containerd, kubelet and kube-proxy in a network and a mount namespace of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

from cluster.lab import binaries, devices, network
from cluster.lab.certificates import Certificates
from cluster.lab.control_plane import Component
from cluster.lab.devices import DevicePlugin
from cluster.lab.network import Address

PAUSE = "lab/pause:1"

CONTAINERD = """version = 2
root = "{folder}/containerd/root"
state = "{run}"
[grpc]
  address = "{run}/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/{pause}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{folder}/cni"
"""


# What a node writes outside its folder: kept in it instead, and where device plugins look for the kubelet.
MOUNTS = (
    ("/var/lib/kubelet", "kubelet"),
    ("/var/lib/cni", "cni-results"),
    ("/var/log/pods", "logs"),
    ("/var/log/containers", "log-links"),
)

# A kubelet changes these for the whole kernel, namespaces or not, unless it reads what it wants.
KERNEL = {
    "vm/overcommit_memory": 1,
    "vm/panic_on_oom": 0,
    "kernel/panic": 10,
    "kernel/panic_on_oops": 1,
    "kernel/keys/root_maxkeys": 1_000_000,
    "kernel/keys/root_maxbytes": 25_000_000,
}


class Node:
    """Started and ended as a whole."""

    def __init__(self, folder: Path, programs: Path, certificates: Certificates, address: Address) -> None:
        self.folder, self.address = folder / address.namespace, address
        self.name = f"node-{address.number}"
        self._programs, self._certificates = programs, certificates
        self._run = Path("/run") / address.namespace  # a socket's path must be short
        self._holder: subprocess.Popen[bytes] | None = None
        self._first = 0
        self._parts: list[Component] = []

    @property
    def kubelet(self) -> Component:
        """``kill()`` and ``start()``: its containers live on without it."""
        return self._part("kubelet-program")

    @property
    def devices(self) -> DevicePlugin:
        """``stop()`` and ``start()``: without it the node has none of its devices to give."""
        part = self._part("device-plugin")
        assert isinstance(part, DevicePlugin)
        return part

    def cut(self) -> None:
        """The node is lost: its network is gone. Its programs and pods go on, as on a node nobody reaches."""
        network.cut(self.address)

    def mend(self) -> None:
        """The network is there again; the node is Ready some seconds later."""
        network.mend(self.address)

    def start(self) -> None:
        """Returns when its programs say that they are well; the node is Ready some seconds later."""
        self._configure()
        self._hold()
        self._parts = self._components()
        for part in self._parts:
            part.start()

    def stop(self) -> None:
        """Its containers end with it, and nothing stays mounted."""
        for part in reversed(self._parts):
            part.stop()
        if self._holder is not None:
            self._holder.kill()
            self._holder.wait(10)
        self._drop_cgroups()
        shutil.rmtree(self._run, ignore_errors=True)

    def import_image(self, archive: Path) -> None:
        """Give the node an image, so that no registry is needed."""
        command = ["ctr", "-a", f"{self._run}/containerd.sock", "-n", "k8s.io", "images", "import", str(archive)]
        subprocess.run(self._inside(command), check=True, capture_output=True)

    def _part(self, name: str) -> Component:
        return next(part for part in self._parts if part.folder.name == name)

    def _inside(self, command: list[str]) -> list[str]:
        assert self._holder is not None, "the node is not started"
        return ["nsenter", "-t", str(self._first), "-n", "-m", "-p", "--", *command]

    def _hold(self) -> None:
        """The first process of the node: with it everything else ends, and every mount goes."""
        mounts = [
            f"mkdir -p {at} {self.folder}/{name} && mount --bind {self.folder}/{name} {at}" for at, name in MOUNTS
        ]
        kernel = [f"mount --bind {self._kernel(name, value)} /proc/sys/{name}" for name, value in KERNEL.items()]
        script = " && ".join(
            [
                "mount --make-rprivate /",
                *mounts,
                *kernel,
                "mount -t tmpfs tmpfs /run/netns",
                "mount --make-rshared /",
                "echo ready",
                "exec sleep infinity",
            ]
        )
        self._holder = subprocess.Popen(
            [
                "nsenter",
                f"--net=/run/netns/{self.address.namespace}",
                "unshare",
                "--mount",
                "--mount-proc",
                "--pid",
                "--fork",
                "--kill-child",
                "sh",
                "-c",
                script,
            ],
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._holder.stdout is not None
        with self._holder.stdout as said:
            assert said.readline() == b"ready\n", "the node's namespaces could not be made"
        children = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children").read_text()
        self._first = int(children.split()[0])

    def _kernel(self, name: str, value: int) -> Path:
        path = self.folder / "kernel" / name.replace("/", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{value}\n")
        return path

    def _configure(self) -> None:
        for path in (self.folder / "cni", self._run):
            path.mkdir(parents=True, exist_ok=True)
        settings = CONTAINERD.format(folder=self.folder, run=self._run, pause=PAUSE)
        (self.folder / "containerd.toml").write_text(settings)
        (self.folder / "cni" / "10-bridge.conflist").write_text(
            json.dumps(
                {
                    "cniVersion": "0.4.0",
                    "name": "lab",
                    "plugins": [
                        {
                            "type": "bridge",
                            "bridge": "cni0",
                            "isGateway": True,
                            "ipMasq": False,
                            "hairpinMode": True,
                            "ipam": {
                                "type": "host-local",
                                "ranges": [[{"subnet": self.address.pods}]],
                                "routes": [{"dst": "0.0.0.0/0"}],
                                "dataDir": str(self.folder / "ipam"),
                            },
                        },
                        {"type": "portmap", "capabilities": {"portMappings": True}},
                    ],
                }
            )
        )
        (self.folder / "kubelet.json").write_text(
            json.dumps(
                {
                    "apiVersion": "kubelet.config.k8s.io/v1beta1",
                    "kind": "KubeletConfiguration",
                    "address": self.address.node,
                    "failSwapOn": False,
                    "cgroupDriver": "cgroupfs",
                    "cgroupRoot": f"/{self.address.namespace}",
                    "resolvConf": str(self.folder / "resolv.conf"),
                    "containerRuntimeEndpoint": f"unix://{self._run}/containerd.sock",
                    "authentication": {
                        "x509": {"clientCAFile": str(self._certificates.authority)},
                        "anonymous": {"enabled": False},
                        "webhook": {"enabled": True},
                    },
                    "authorization": {"mode": "Webhook"},
                    "clusterDNS": [network.HOST],
                    "clusterDomain": network.DOMAIN,
                    "healthzBindAddress": self.address.node,
                    "healthzPort": 10248,
                    # The disk is the machine's, which may be fuller than a node of one's own would be.
                    "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
                    "imageGCHighThresholdPercent": 100,
                    "serializeImagePulls": False,
                    "localStorageCapacityIsolation": True,
                    "registerNode": True,
                    "nodeStatusUpdateFrequency": "4s",
                    # A Guaranteed pod of whole CPUs has them alone; one core stays for all others, though
                    # little is reserved.
                    # runc fills in the cpuset of the node's own cgroup, which the kernel leaves empty.
                    "cpuManagerPolicy": "static",
                    "kubeReserved": {"cpu": "100m"},
                }
            )
        )
        (self.folder / "resolv.conf").write_text("")
        (self.folder / "proxy.json").write_text(
            json.dumps(
                {
                    "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
                    "kind": "KubeProxyConfiguration",
                    "mode": "iptables",
                    "clientConnection": {"kubeconfig": str(self._certificates.kubeconfig("proxy"))},
                    "clusterCIDR": "10.78.0.0/16",
                    "hostnameOverride": self.name,
                    "bindAddress": self.address.node,
                    "healthzBindAddress": f"{self.address.node}:10256",
                    # A network namespace may not change the machine's limits.
                    "conntrack": {
                        "maxPerCore": 0,
                        "min": 0,
                        "tcpEstablishedTimeout": "0s",
                        "tcpCloseWaitTimeout": "0s",
                    },
                }
            )
        )
        cgroups = Path("/sys/fs/cgroup")
        for controller in ("cpu", "cpuacct", "cpuset", "memory", "pids", "devices", "freezer", "blkio", "systemd"):
            if (cgroups / controller).is_dir():
                (cgroups / controller / self.address.namespace).mkdir(exist_ok=True)

    def _components(self) -> list[Component]:
        at = self.address.node
        kubelet = [
            str(self._programs / "kubelet"),
            f"--config={self.folder}/kubelet.json",
            f"--kubeconfig={self._certificates.kubeconfig(self.name)}",
            f"--hostname-override={self.name}",
            f"--node-ip={at}",
            "--root-dir=/var/lib/kubelet",
            "--cert-dir=/var/lib/kubelet/pki",
        ]
        proxy = [str(self._programs / "kube-proxy"), f"--config={self.folder}/proxy.json"]
        containerd = ["containerd", "--config", f"{self.folder}/containerd.toml"]
        plugin = self._inside([str(binaries.device_plugin())])
        return [
            Containerd(self.folder, "containerd", self._inside(containerd), str(self._run / "containerd.sock")),
            Component(self.folder, "kubelet-program", self._inside(kubelet), f"http://{at}:10248/healthz"),
            Component(self.folder, "proxy", self._inside(proxy), f"http://{at}:10256/healthz"),
            DevicePlugin(self.folder, plugin, devices.of(self.address.number), self.folder / "kubelet"),
        ]

    def _drop_cgroups(self) -> None:
        """They can go when the last process in them has."""
        deadline = time.monotonic() + 20
        for top in Path("/sys/fs/cgroup").glob(f"*/{self.address.namespace}"):
            folders = sorted((path for path in top.rglob("*") if path.is_dir()), key=lambda path: -len(path.parts))
            for folder in [*folders, top]:
                while folder.exists() and time.monotonic() < deadline:
                    try:
                        folder.rmdir()
                    except OSError:
                        time.sleep(0.05)


class Containerd(Component):
    """Well when its socket is there."""

    def ready(self) -> bool:
        """Whether it answers."""
        return subprocess.run(["ctr", "-a", self._health, "version"], check=False, capture_output=True).returncode == 0
