"""What others did to this process during a stretch of time: the hypervisor, a quota, short memory, the clock.

What Linux does not tell here is None; a rule that would need it is silent.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.profiler.machine import cgroups, procfs
from workbench.runner.cgroups import folders

_CLOCKS = "sys/devices/system/cpu/cpu{}/cpufreq/scaling_max_freq"
_HEAT = "sys/devices/system/cpu/cpu{}/thermal_throttle/core_throttle_count"


@dataclass(frozen=True)
class Counters:
    """Everything that only grows, and the clock limit as it is now."""

    at_s: float
    stolen_ticks: int | None
    quota_periods: int | None
    throttled_periods: int | None
    memory_stalled_us: int | None
    clock_limit_khz: int | None
    heat_throttles: int | None


def counters(root: Path = Path("/")) -> Counters:
    """Read now; ``root`` is the file system's."""
    quota = cgroups.throttling(root)
    cpus = cgroups.affinity()
    return Counters(
        at_s=time.monotonic(),
        stolen_ticks=procfs.stolen_ticks(procfs.text(root / "proc/stat")),
        quota_periods=quota[0] if quota else None,
        throttled_periods=quota[1] if quota else None,
        memory_stalled_us=_memory_stalled_us(root),
        clock_limit_khz=min(_numbers(root, _CLOCKS, cpus), default=None),
        heat_throttles=_sum(_numbers(root, _HEAT, cpus)),
    )


def between(before: Counters, after: Counters) -> dict[str, Any]:
    """Shares (0–1) of the time between, and the lowest clock limit, as one launch reports them."""
    seconds = max(after.at_s - before.at_s, 1e-9)
    stolen = _grown(before.stolen_ticks, after.stolen_ticks)
    stalled = _grown(before.memory_stalled_us, after.memory_stalled_us)
    limits = [limit for limit in (before.clock_limit_khz, after.clock_limit_khz) if limit is not None]
    return {
        "stolen_share": _share(stolen, seconds * os.sysconf("SC_CLK_TCK") * (os.cpu_count() or 1)),
        "throttled_share": _share(
            _grown(before.throttled_periods, after.throttled_periods),
            _grown(before.quota_periods, after.quota_periods) or 1,
        ),
        "memory_stalled_share": _share(stalled, seconds * 1e6),
        "clock_limit_khz": min(limits, default=None),
        "heat_throttles": _grown(before.heat_throttles, after.heat_throttles),
    }


def _memory_stalled_us(root: Path) -> int | None:
    """Of our own control group where it says, else of the machine: time in which some task waited for memory."""
    texts = [procfs.text(folder / "memory.pressure") for folder in folders("memory", root)]
    found = [stalled for text in texts if (stalled := procfs.stalled_us(text)) is not None]
    return found[0] if found else procfs.stalled_us(procfs.text(root / "proc/pressure/memory"))


def _numbers(root: Path, pattern: str, cpus: Iterable[int]) -> list[int]:
    texts = (procfs.text(root / pattern.format(cpu)) for cpu in cpus)
    return [int(text) for text in texts if text and text.strip().isdigit()]


def _sum(values: list[int]) -> int | None:
    return sum(values) if values else None


def _grown(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else max(0, after - before)


def _share(part: int | None, whole: float) -> float | None:
    return None if part is None else min(1.0, part / whole)
