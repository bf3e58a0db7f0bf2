"""Where the control groups of this process lie, of either version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def folders(controller: str, root: Path = Path("/")) -> Iterator[Path]:
    """The folders of this process's group, itself first, then upwards. ``root`` holds ``proc`` and ``sys``.

    A container often sees its own group as the tree's root: the walk ends there, whatever the group is called outside.
    """
    base = root / "sys/fs/cgroup"
    for controllers, path in _memberships(root):
        if controllers == "":  # the second version: one tree for all
            yield from _upwards(base, path)
        elif controller in controllers.split(","):
            for mounted in dict.fromkeys((controller, controllers)):
                yield from _upwards(base / mounted, path)


def _memberships(root: Path) -> Iterator[tuple[str, str]]:
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        yield controllers, path


def _upwards(base: Path, path: str) -> Iterator[Path]:
    own = base / path.lstrip("/")
    yield from (folder for folder in (own, *own.parents) if folder == base or base in folder.parents)
