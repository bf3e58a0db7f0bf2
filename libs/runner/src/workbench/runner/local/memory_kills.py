"""How often the kernel has killed for want of memory in the control group that this process lives in.

A core that is killed so leaves no word: SIGKILL is all there is to see. The group's own count says whose doing it was.
"""

from __future__ import annotations

from pathlib import Path

from workbench.runner import cgroups


def kills(root: Path = Path("/")) -> int | None:
    """Of both versions of control groups; None where neither tells. ``root`` holds ``proc`` and ``sys``."""
    for folder in cgroups.folders("memory", root):
        for name in ("memory.events", "memory.oom_control"):
            try:
                lines = (folder / name).read_text().splitlines()
            except OSError:
                continue
            found = [line.split()[1] for line in lines if line.startswith("oom_kill ")]
            if found:
                return int(found[0])
    return None
