"""Which paths a core needs: to read the interpreter, the libraries and its inputs; to write its own few places."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.runner import environments
from workbench.runner.device_names import CPU, WrongDevice, read_device

_LIBRARIES = ("/usr", "/lib", "/lib64", "/bin")
_FACTS = (
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/ssl/openssl.cnf",
    "/etc/OpenCL",
    "/proc",
    "/sys/devices/system",
    "/sys/fs/cgroup",
    "/sys/bus/pci/devices",
    "/sys/kernel/mm/transparent_hugepage",
)
_HARMLESS = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_NODES = {"GPU": "/dev/dri", "NPU": "/dev/accel"}
_OF_DEVICES = ("/sys/bus", "/sys/class", "/sys/dev", "/sys/devices")

WRITTEN_FILES = ("log.txt", "progress.jsonl", "result.json")
WRITTEN_FOLDERS = ("outputs", "tmp")
READ = ("spec.json", "inputs")


@dataclass(frozen=True)
class Paths:
    """What one core may reach. ``code`` may be executed, ``facts`` read, ``nodes`` are devices to compute on,
    ``more`` is what may be written besides."""

    folder: Path
    code: tuple[Path, ...]
    facts: tuple[Path, ...]
    nodes: tuple[Path, ...]
    more: tuple[Path, ...]

    @property
    def read(self) -> tuple[Path, ...]:
        """Of the run's own."""
        return tuple(self.folder / name for name in READ)

    @property
    def written(self) -> tuple[Path, ...]:
        """Of the run's own: nothing else in its folder, which its supervisor and launcher rely on."""
        return (*(self.folder / name for name in (*WRITTEN_FILES, *WRITTEN_FOLDERS)), *self.more)

    @property
    def harmless(self) -> tuple[Path, ...]:
        """Devices that hold nothing."""
        return tuple(map(Path, _HARMLESS))

    @property
    def needed(self) -> tuple[Path, ...]:
        """What another user has to be able to reach."""
        return (*self.code, self.folder, *self.more)


def of_a_core(folder: Path, record: dict[str, Any]) -> Paths:
    """For the run in this folder, as its launcher wrote it down.

    No readable path lets into the workbench's home, but for the environments that were made there.
    """
    home = Path(record["home"])
    places = [*_LIBRARIES, sys.prefix, sys.base_prefix, *sys.path, *record["python_path"]]
    code = [path for place in dict.fromkeys(filter(None, places)) for path in _without(Path(place), home)]
    code.append(environments.below(home))
    nodes = tuple(_nodes(record["device"]))
    facts = tuple(map(Path, (*_FACTS, *(_OF_DEVICES if nodes else ()))))
    more = tuple(map(Path, record["writable"]))
    return Paths(folder, tuple(dict.fromkeys(_as_spelt_and_resolved(code))), facts, nodes, more)


def _nodes(device: str | None) -> Iterator[Path]:
    """Device nodes for what is asked for; a virtual device that names none may take any it does not leave out."""
    try:
        asked = read_device(device or CPU)
    except WrongDevice:  # of a job that an earlier release took: OpenVINO refuses it
        return
    for kind, node in _NODES.items():
        if kind in asked.kinds if asked.members else kind not in asked.excluded:
            yield Path(node)


def _without(place: Path, home: Path) -> Iterator[Path]:
    """The place, or what is in it beside the home: a rule for a folder could not leave anything out."""
    if not home.is_relative_to(place.resolve()):
        yield place
    elif home != place.resolve() and place.is_dir():
        for entry in place.iterdir():
            yield from _without(entry, home)


def _as_spelt_and_resolved(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.exists():
            yield path.absolute()
            yield path.resolve()


def node_groups(nodes: Iterable[Path]) -> list[int]:
    """The groups that may use these devices; never root's."""
    found = {Path(parent, name).stat().st_gid for node in nodes for parent, _, names in os.walk(node) for name in names}
    return sorted(found - {0})
