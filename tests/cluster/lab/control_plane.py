"""etcd, the API server, the controller manager, the scheduler and DNS, on the machine's side of the bridge."""

from __future__ import annotations

import ssl
import urllib.error
import urllib.request
from pathlib import Path

from servers.process import Server

from cluster.lab import network
from cluster.lab.certificates import Certificates


class Component(Server):
    """One program of the cluster; ``health`` is the URL that says it is well."""

    def __init__(self, folder: Path, name: str, command: list[str], health: str) -> None:
        super().__init__(folder / name)
        self._command, self._health = command, health

    def command(self) -> list[str]:
        """The program and its flags."""
        return self._command

    def ready(self) -> bool:
        """Whether it says that it is well."""
        # Serving certificates are made by each program itself; only its own machine asks here.
        context = ssl._create_unverified_context()
        try:
            with urllib.request.urlopen(self._health, timeout=2, context=context) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


# Jobs are not held back by what their controllers may ask in a second; 20 and 50 are too few for a burst of them.
PACE = ("--kube-api-qps=200", "--kube-api-burst=400")

DNS = """{domain}:53 {{
    bind {host}
    kubernetes {domain} {{
        kubeconfig {kubeconfig}
    }}
    health 127.0.0.1:18080
    errors
}}
"""


def components(folder: Path, programs: Path, certificates: Certificates) -> list[Component]:
    """In the order in which they start."""
    keys = certificates.folder
    return [
        Component(
            folder,
            "etcd",
            [
                str(programs / "etcd"),
                "--data-dir=data",
                "--listen-client-urls=http://127.0.0.1:12379",
                "--advertise-client-urls=http://127.0.0.1:12379",
                "--listen-peer-urls=http://127.0.0.1:12380",
                "--unsafe-no-fsync",
            ],
            "http://127.0.0.1:12379/health",
        ),
        Component(
            folder,
            "apiserver",
            [
                str(programs / "kube-apiserver"),
                "--etcd-servers=http://127.0.0.1:12379",
                f"--bind-address={network.HOST}",
                f"--advertise-address={network.HOST}",
                "--secure-port=6443",
                "--kubelet-preferred-address-types=InternalIP",
                f"--service-cluster-ip-range={network.SERVICES}",
                "--authorization-mode=Node,RBAC",
                f"--token-auth-file={certificates.tokens}",
                f"--client-ca-file={certificates.authority}",
                f"--tls-cert-file={keys}/apiserver.crt",
                f"--tls-private-key-file={keys}/apiserver.key",
                f"--kubelet-client-certificate={keys}/apiserver-kubelet.crt",
                f"--kubelet-client-key={keys}/apiserver-kubelet.key",
                f"--service-account-key-file={keys}/service-accounts.key",
                f"--service-account-signing-key-file={keys}/service-accounts.key",
                "--service-account-issuer=https://kubernetes.default.svc",
                "--allow-privileged=true",
                "--enable-admission-plugins=NodeRestriction",
                "--profiling=false",
            ],
            f"https://{network.HOST}:6443/readyz",
        ),
        Component(
            folder,
            "controller-manager",
            [
                str(programs / "kube-controller-manager"),
                f"--kubeconfig={certificates.kubeconfig('controller-manager')}",
                f"--service-account-private-key-file={keys}/service-accounts.key",
                f"--root-ca-file={certificates.authority}",
                "--use-service-account-credentials=true",
                "--leader-elect=false",
                "--bind-address=127.0.0.1",
                "--secure-port=20257",
                *PACE,
                # A lost node is noticed in a test's time; 50 s in a cluster that nobody has set up otherwise.
                "--node-monitor-grace-period=20s",
            ],
            "https://127.0.0.1:20257/healthz",
        ),
        Component(
            folder,
            "scheduler",
            [
                str(programs / "kube-scheduler"),
                f"--kubeconfig={certificates.kubeconfig('scheduler')}",
                "--leader-elect=false",
                "--bind-address=127.0.0.1",
                "--secure-port=20259",
                *PACE,
            ],
            "https://127.0.0.1:20259/healthz",
        ),
        Component(
            folder,
            "dns",
            [
                str(programs / "coredns"),
                "-conf",
                str(_dns(folder, certificates)),
            ],
            "http://127.0.0.1:18080/health",
        ),
    ]


def _dns(folder: Path, certificates: Certificates) -> Path:
    path = folder / "Corefile"
    kubeconfig = certificates.kubeconfig("admin")
    path.write_text(DNS.format(domain=network.DOMAIN, host=network.HOST, kubeconfig=kubeconfig))
    return path
