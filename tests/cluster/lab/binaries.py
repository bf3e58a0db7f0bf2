"""The cluster's programs, built once from Go modules and kept outside the checkout."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

MODULE = Path(__file__).with_name("go")
PLUGIN = Path(__file__).with_name("go_plugin")
VERSION = "v1.34.2"
COMMANDS = ("kubelet", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubectl")
INSTALLED = {"helm": "helm.sh/helm/v3/cmd/helm@v3.19.2", "coredns": "github.com/coredns/coredns@v1.12.4"}
# Feature gates refuse to parse in a program that does not know its own version.
_STAMP = [
    f"-X k8s.io/component-base/version.{name}={value}"
    for name, value in (("gitVersion", VERSION), ("gitMajor", "1"), ("gitMinor", "34"), ("gitTreeState", "clean"))
]
_PACKAGES = {name: f"k8s.io/kubernetes/cmd/{name}" for name in COMMANDS} | {
    "etcd": "go.etcd.io/etcd/server/v3",
    "pause": "./pause",
}


def available() -> str | None:
    """None, or what is missing to build and run a cluster here."""
    if os.geteuid() != 0:
        return "only root can make network namespaces and run a kubelet"
    programs = {
        "go": "golang, 1.24 or newer",
        "containerd": "containerd",
        "runc": "runc",
        "ip": "iproute2",
        "iptables": "iptables",
        "buildah": "buildah",
        "mmdebstrap": "mmdebstrap",
        "openssl": "openssl",
        "nsenter": "util-linux",
    }
    missing = [f"{name} (Debian: {package})" for name, package in programs.items() if not shutil.which(name)]
    return f"the test cluster needs {', '.join(missing)}" if missing else None


def cache() -> Path:
    """Where built things are kept, by what they are built from."""
    key = hashlib.sha256(_content(MODULE) + repr(INSTALLED).encode()).hexdigest()[:12]
    return _home() / f"kubernetes-{VERSION}-{key}"


def build() -> Path:
    """The folder with every program; minutes the first time, nothing after that."""
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    for name, package in _PACKAGES.items():
        if not (folder / name).exists():
            _build(package, folder / name)
    for name, package in INSTALLED.items():
        if not (folder / name).exists():
            _run(["go", "install", "-buildvcs=false", "-trimpath", "-ldflags", "-s -w", package], GOBIN=str(folder))
    return folder


def device_plugin() -> Path:
    """The program that stands in for a device plugin; with a key of its own, for it builds in seconds."""
    path = _home() / f"device-plugin-{hashlib.sha256(_content(PLUGIN)).hexdigest()[:12]}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _build(".", path, PLUGIN)
    return path


def _home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dl-workbench"


def _content(module: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(module.rglob("*")) if path.is_file())


def _build(package: str, path: Path, module: Path = MODULE) -> None:
    draft = path.with_suffix(".part")
    _run(
        [
            "go",
            "build",
            "-mod=mod",
            "-buildvcs=false",
            "-trimpath",
            "-ldflags",
            " ".join(["-s", "-w", *_STAMP]),
            "-o",
            str(draft),
            package,
        ],
        module,
    )
    draft.rename(path)


def _run(command: list[str], module: Path = MODULE, **environment: str) -> None:
    subprocess.run(command, cwd=module, check=True, env={**os.environ, "CGO_ENABLED": "0", **environment})
