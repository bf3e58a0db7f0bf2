"""How often the kernel has killed for want of memory in the control group that this process lives in.

A core that is killed so leaves no word: SIGKILL is all there is to see. The group's own count says whose doing it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path


def kills(root: Path = Path("/")) -> int | None:
    """Of both versions of control groups; None where neither tells. ``root`` holds ``proc`` and ``sys``."""
    for file in _counts(root):
        try:
            lines = file.read_text().splitlines()
        except OSError:
            continue
        found = [line.split()[1] for line in lines if line.startswith("oom_kill ")]
        if found:
            return int(found[0])
    return None


def _counts(root: Path) -> Iterator[Path]:
    """Where it may stand, the group itself first; a container often sees its own group as the tree's root."""
    try:
        lines = (root / "proc/self/cgroup").read_text().splitlines()
    except OSError:
        return
    base = root / "sys/fs/cgroup"
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from (base / path.lstrip("/") / "memory.events", base / "memory.events")
        elif "memory" in controllers.split(","):
            yield from (base / "memory" / path.lstrip("/") / "memory.oom_control", base / "memory/memory.oom_control")
