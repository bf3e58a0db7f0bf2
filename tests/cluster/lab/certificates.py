"""The cluster's own authority, the API server's certificate, and tokens for who talks to it."""

from __future__ import annotations

import json
import secrets
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cluster.lab import network

NAMES = f"DNS:kubernetes,DNS:kubernetes.default.svc,IP:{network.HOST},IP:{network.KUBERNETES},IP:127.0.0.1"


@dataclass(frozen=True)
class Identity:
    """Who a token is for."""

    name: str
    user: str
    groups: str = ""


@dataclass(frozen=True)
class Certificates:
    """Files below one folder."""

    folder: Path

    @property
    def authority(self) -> Path:
        """Signs everything."""
        return self.folder / "ca.crt"

    @property
    def tokens(self) -> Path:
        """What the API server takes as bearer tokens."""
        return self.folder / "tokens.csv"

    def make(self, identities: list[Identity]) -> None:
        """All of them, anew."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._openssl(
            f"req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=lab -keyout {self._key('ca')} -out {self.authority}"
        )
        self._issue("apiserver", "/CN=kube-apiserver", f"subjectAltName={NAMES}")
        self._issue("apiserver-kubelet", "/O=system:masters/CN=apiserver-kubelet", "extendedKeyUsage=clientAuth")
        self._openssl(f"genrsa -out {self._key('service-accounts')} 2048")
        lines = [f'{secrets.token_hex(16)},{one.user},{one.name},"{one.groups}"' for one in identities]
        self.tokens.write_text("\n".join(lines) + "\n")
        for one, line in zip(identities, lines, strict=True):
            self._kubeconfig(one.name, line.partition(",")[0])

    def kubeconfig(self, name: str) -> Path:
        """For the identity of this name."""
        return self.folder / f"{name}.kubeconfig"

    def _issue(self, name: str, subject: str, extension: str) -> None:
        request, extensions = self.folder / f"{name}.csr", self.folder / f"{name}.ext"
        extensions.write_text(extension + "\n")
        self._openssl(f"req -newkey rsa:2048 -nodes -subj {subject} -keyout {self._key(name)} -out {request}")
        self._openssl(
            f"x509 -req -days 30 -in {request} -CA {self.authority} -CAkey {self._key('ca')} "
            f"-CAcreateserial -extfile {extensions} -out {self.folder / name}.crt"
        )

    def _key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def _openssl(self, arguments: str) -> None:
        subprocess.run(["openssl", *arguments.split()], check=True, capture_output=True)

    def _kubeconfig(self, name: str, token: str) -> None:
        server = {"server": f"https://{network.HOST}:6443", "certificate-authority": str(self.authority)}
        self.kubeconfig(name).write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "lab",
                    "clusters": [{"name": "lab", "cluster": server}],
                    "users": [{"name": name, "user": {"token": token}}],
                    "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": name}}],
                },
                indent=1,
            )
        )
