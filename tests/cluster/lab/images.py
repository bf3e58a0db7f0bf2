"""Container images without a registry: a base from Debian's packages, and the project's own Dockerfile."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from cluster.lab import binaries
from cluster.lab.node import PAUSE

CHECKOUT = Path(__file__).parents[3]
BASE = "docker.io/library/python:3.11-slim-bookworm"  # what the Dockerfile names; a Debian one with the same Python
TARGETS = ("model-registry", "converter", "dataset", "profiler", "calibrator", "packager", "project", "runner")
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# How the machine reaches the package registries: mounted while building, in no image.
_MOUNTED = (_CERTIFICATES, "/etc/pip.conf", "/etc/uv/uv.toml")


def build() -> dict[str, Path]:
    """An archive of each image, by name; layers that have not changed are kept."""
    folder = binaries.cache() / "images"
    folder.mkdir(parents=True, exist_ok=True)
    _base(folder)
    archives = {PAUSE: _pause(folder)}
    for target in TARGETS:
        name = f"workbench/{target}:lab"
        _build(name, target)
        archives[name] = _archive(folder, name)
    return archives


def _build(name: str, target: str) -> None:
    mounts = [word for path in _MOUNTED if Path(path).exists() for word in ("-v", f"{path}:{path}:ro")]
    _buildah("build", "--isolation", "chroot", "--network", "host", *mounts, "--layers", "--target", target,
             "-t", f"docker.io/{name}", str(CHECKOUT))  # fmt: skip


def _base(folder: Path) -> None:
    if _exists(BASE):
        return
    archive = folder / "base.tar"
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{what}/*" for what in ("man", "locale", "doc")]
    packages = "python3-minimal,python3-venv,ca-certificates"
    subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase", *left_out, f"--include={packages}", "bookworm",
                    str(archive)], check=True)  # fmt: skip
    _from_scratch(BASE, archive)


def _pause(folder: Path) -> Path:
    if not _exists(f"docker.io/{PAUSE}"):
        _from_scratch(f"docker.io/{PAUSE}", binaries.build() / "pause", "--entrypoint", '["/pause"]')
    return _archive(folder, PAUSE)


def _from_scratch(name: str, content: Path, *settings: str) -> None:
    container = _buildah("from", "scratch")
    _buildah("add", "--quiet", container, str(content), "/")
    path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    _buildah("config", "--env", path, *settings, container)
    _buildah("commit", "--quiet", "--rm", container, name)


def _archive(folder: Path, name: str) -> Path:
    identity = _buildah("inspect", "--type", "image", "--format", "{{.FromImageID}}", f"docker.io/{name}")
    archive = folder / f"{name.replace('/', '-').replace(':', '-')}-{identity[:12]}.tar"
    if not archive.exists():
        with tempfile.TemporaryDirectory(dir=folder) as draft:
            made = Path(draft) / "image.tar"
            _buildah("push", "--quiet", f"docker.io/{name}", f"docker-archive:{made}:docker.io/{name}")
            made.rename(archive)
    return archive


def _exists(name: str) -> bool:
    asked = subprocess.run(["buildah", "inspect", "--type", "image", name], check=False, capture_output=True)
    return asked.returncode == 0


def _buildah(*arguments: str) -> str:
    done = subprocess.run(["buildah", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"buildah {' '.join(arguments)}:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
