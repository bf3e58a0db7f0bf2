"""Is this the machine that a profile was measured on, as far as speed goes: processor and number of cores?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any


def is_recorded(profile: dict[str, Any]) -> bool:
    """Whether processor and cores are as in the profile's provenance; False where either does not say."""
    machine = profile.get("provenance", {}).get("machine", {})
    name = machine.get("cpu", {}).get("name")
    return name is not None and name == _processor() and len(machine.get("affinity", [])) == _cores()


def _processor() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
