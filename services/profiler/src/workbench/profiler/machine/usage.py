"""What a stretch of this process's time cost in CPU, and how long its threads waited to get one."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from workbench.profiler.machine import procfs


@dataclass(frozen=True)
class Usage:
    """Costs of one stretch of time, in seconds, all threads of the process together.

    ``waited_s`` is the time threads were ready to run but had no CPU; ``loop_cpu_s`` is the CPU time of the
    thread that asked; ``stolen_s`` is what the hypervisor gave to other guests, over the whole machine.
    """

    cpu_s: float
    loop_cpu_s: float
    waited_s: float | None
    stolen_s: float | None
    involuntary_switches: int | None

    @property
    def waiting_share(self) -> float | None:
        """Of the CPU time wanted (used + waited for), the share that was waited for, 0–1."""
        if self.waited_s is None:
            return None
        wanted = self.cpu_s + self.waited_s
        return self.waited_s / wanted if wanted else 0.0


class Stopwatch:
    """Started where a stretch begins; reads /proc outside the stretch, so that reading costs it nothing."""

    def __init__(self) -> None:
        self._waited = _waited()
        self._switches = _switches()
        self._stolen = procfs.stolen_ticks(procfs.text("/proc/stat"))
        self._loop = time.thread_time()
        self._cpu = time.process_time()

    def stop(self) -> Usage:
        """What happened since the start."""
        cpu = time.process_time() - self._cpu
        loop = time.thread_time() - self._loop
        stolen = procfs.stolen_ticks(procfs.text("/proc/stat"))
        return Usage(
            cpu_s=cpu,
            loop_cpu_s=loop,
            waited_s=_grown(self._waited, _waited()),
            stolen_s=_difference(self._stolen, stolen, os.sysconf("SC_CLK_TCK")),
            involuntary_switches=_whole(_grown(self._switches, _switches())),
        )


def _tasks() -> list[Path]:
    # Per thread: /proc/self/schedstat tells of the main thread only.
    return list(Path("/proc/self/task").iterdir())


def _waited() -> dict[str, float]:
    found = {task.name: procfs.schedstat(procfs.text(task / "schedstat")) for task in _tasks()}
    return {thread: times[1] for thread, times in found.items() if times}


def _switches() -> dict[str, float]:
    found = {task.name: procfs.involuntary_switches(procfs.text(task / "status")) for task in _tasks()}
    return {thread: float(count) for thread, count in found.items() if count is not None}


def _grown(before: dict[str, float], after: dict[str, float]) -> float | None:
    if not after:
        return None
    return sum(value - before.get(thread, 0.0) for thread, value in after.items())


def _difference(before: int | None, after: int | None, per_second: int) -> float | None:
    return None if before is None or after is None else (after - before) / per_second


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
