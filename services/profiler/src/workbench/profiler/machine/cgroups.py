"""How much CPU this process may use: its affinity, and the quota its control groups allow."""

from __future__ import annotations

import os
from pathlib import Path

from workbench.profiler.machine import procfs
from workbench.runner.cgroups import folders


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
    quotas = [quota for folder in folders("cpu", root) if (quota := _quota(folder)) is not None]
    return min(quotas, default=None)


def throttling(root: Path = Path("/")) -> tuple[int, int] | None:
    """Periods that had work, and those in which the quota stopped it: of the group that was stopped most often.

    None without a quota that counts.
    """
    stats = (procfs.text(folder / "cpu.stat") for folder in folders("cpu", root))
    counted = [pair for stat in stats if (pair := _periods(stat)) is not None]
    return max(counted, key=lambda pair: pair[1], default=None)


def _periods(stat: str | None) -> tuple[int, int] | None:
    found = dict(line.split(" ", 1) for line in (stat or "").splitlines() if " " in line)
    if not {"nr_periods", "nr_throttled"} <= set(found):
        return None
    return int(found["nr_periods"]), int(found["nr_throttled"])


def _quota(folder: Path) -> float | None:
    unified = (procfs.text(folder / "cpu.max") or "").split()
    if len(unified) == 2:
        return None if unified[0] == "max" else int(unified[0]) / int(unified[1])
    quota = procfs.text(folder / "cpu.cfs_quota_us")
    period = procfs.text(folder / "cpu.cfs_period_us")
    if quota is None or period is None or int(quota) <= 0:
        return None
    return int(quota) / int(period)
