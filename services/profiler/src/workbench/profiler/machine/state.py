"""The machine as far as it can explain a measurement."""

from __future__ import annotations

import os
import platform
from typing import Any

from workbench.profiler.machine import cgroups, procfs


def identity() -> dict[str, Any]:
    """What stays the same between two measurements on one machine: CPU, cores, memory, kernel."""
    return {
        "cpu": procfs.cpu_identity(procfs.text("/proc/cpuinfo")),
        "logical_cpus": os.cpu_count(),
        "affinity": cgroups.affinity(),
        "cpu_quota_cores": cgroups.cpu_quota(),
        "governor": _governor(),
        "memory": procfs.memory(procfs.text("/proc/meminfo")),
        "kernel": platform.release(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }


def load() -> dict[str, Any]:
    """How busy the machine is now. Read before measuring: during it, the measurement itself is what is seen."""
    return {
        "load_average": list(os.getloadavg()),
        "cpu_pressure": procfs.pressure(procfs.text("/proc/pressure/cpu")),
        "memory_pressure": procfs.pressure(procfs.text("/proc/pressure/memory")),
    }


def _governor() -> str | None:
    found = procfs.text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    return found.strip() if found else None
