"""How much CPU this process may use: its affinity, and the quota its control groups allow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from workbench.profiler.machine import procfs


def affinity() -> list[int]:
    """The CPUs this process may run on."""
    return sorted(os.sched_getaffinity(0))


def cores_available(root: Path = Path("/")) -> float:
    """Cores this process may use at once: its affinity, or less where a quota says so."""
    quota = cpu_quota(root)
    return min(float(len(affinity())), quota) if quota else float(len(affinity()))


def cpu_quota(root: Path = Path("/")) -> float | None:
    """Cores allowed by the tightest quota from this process's control group upwards; None without one.

    ``root`` holds ``proc/self/cgroup`` and ``sys/fs/cgroup``; both cgroup versions are read.
    """
    quotas = [quota for folder in _folders(root) if (quota := _quota(folder)) is not None]
    return min(quotas, default=None)


def throttling(root: Path = Path("/")) -> tuple[int, int] | None:
    """Periods that had work, and those in which the quota stopped it: of the group that was stopped most often.

    None without a quota that counts.
    """
    counted = [pair for folder in _folders(root) if (pair := _periods(procfs.text(folder / "cpu.stat"))) is not None]
    return max(counted, key=lambda pair: pair[1], default=None)


def unified(root: Path = Path("/")) -> Iterator[Path]:
    """The folders of this process's group upwards, in the second version's tree."""
    for line in (procfs.text(root / "proc/self/cgroup") or "").splitlines():
        if line.startswith("0::"):
            yield from _upwards(root / "sys/fs/cgroup", line[3:])


def _periods(stat: str | None) -> tuple[int, int] | None:
    found = dict(line.split(" ", 1) for line in (stat or "").splitlines() if " " in line)
    if not {"nr_periods", "nr_throttled"} <= set(found):
        return None
    return int(found["nr_periods"]), int(found["nr_throttled"])


def _folders(root: Path) -> Iterator[Path]:
    base = root / "sys/fs/cgroup"
    for line in (procfs.text(root / "proc/self/cgroup") or "").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from _upwards(base, path)
        elif "cpu" in controllers.split(","):
            # A container often sees its own group mounted at the controller's root: the walk ends there too.
            yield from _upwards(base / "cpu", path)
            yield from _upwards(base / "cpu,cpuacct", path)


def _upwards(base: Path, path: str) -> Iterator[Path]:
    own = base / path.lstrip("/")
    yield from (folder for folder in (own, *own.parents) if folder == base or base in folder.parents)


def _quota(folder: Path) -> float | None:
    unified = (procfs.text(folder / "cpu.max") or "").split()
    if len(unified) == 2:
        return None if unified[0] == "max" else int(unified[0]) / int(unified[1])
    quota = procfs.text(folder / "cpu.cfs_quota_us")
    period = procfs.text(folder / "cpu.cfs_period_us")
    if quota is None or period is None or int(quota) <= 0:
        return None
    return int(quota) / int(period)
