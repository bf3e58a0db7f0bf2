"""What Linux tells about the machine and this process, as values; what it does not tell is None."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

# Only flags that decide which kernels OpenVINO picks; the other hundred would bury them.
_ISA = re.compile(r"^(sse4_[12]|avx\w*|fma|f16c|amx_\w+|asimd\w*|sve\w*|i8mm|bf16|neon)$")
_IDENTITY = {
    "vendor_id": "vendor",
    "cpu family": "family",
    "model": "model",
    "stepping": "stepping",
    "microcode": "microcode",
    "model name": "name",
}


def text(path: str | Path) -> str | None:
    """A file's text, or None where the kernel does not offer or allow it."""
    try:
        return Path(path).read_text()
    except (OSError, UnicodeDecodeError):
        return None


def cpu_identity(cpuinfo: str | None) -> dict[str, Any]:
    """The first processor of /proc/cpuinfo: name, vendor, family, model, stepping and its vector extensions."""
    first = _pairs((cpuinfo or "").split("\n\n")[0])
    flags = first.get("flags") or first.get("Features") or ""
    return {
        **{name: first.get(key) for key, name in _IDENTITY.items()},
        "isa": sorted(flag for flag in flags.split() if _ISA.match(flag)),
        "is_virtual": "hypervisor" in flags.split(),
    }


def pressure(psi: str | None) -> dict[str, float] | None:
    """Share of time (0–1) in which some task waited, over the last 10, 60 and 300 s, from /proc/pressure/*."""
    line = next((line for line in (psi or "").splitlines() if line.startswith("some ")), None)
    if line is None:
        return None
    values = dict(part.split("=") for part in line.split()[1:])
    return {f"some_{key}": float(values[key]) / 100 for key in ("avg10", "avg60", "avg300")}


def stalled_us(psi: str | None) -> int | None:
    """Microseconds since boot in which some task waited, from a file like /proc/pressure/memory."""
    line = next((line for line in (psi or "").splitlines() if line.startswith("some ")), "")
    total = dict(part.split("=") for part in line.split()[1:]).get("total")
    return int(total) if total else None


def memory(meminfo: str | None) -> dict[str, int | None]:
    """Bytes of memory and swap from /proc/meminfo."""
    kilobytes = _pairs(meminfo or "")
    names = {"total_bytes": "MemTotal", "available_bytes": "MemAvailable", "swap_bytes": "SwapTotal"}
    return {name: _bytes(kilobytes.get(key)) for name, key in names.items()}


def peak_resident_bytes(status: str | None) -> int | None:
    """VmHWM of /proc/self/status; not ru_maxrss, which a child inherits from the process that started it."""
    return _bytes(_pairs(status or "").get("VmHWM"))


def involuntary_switches(status: str | None) -> int | None:
    """How often a thread lost its CPU while it still had work, from one /proc/self/task/*/status."""
    found = _pairs(status or "").get("nonvoluntary_ctxt_switches")
    return int(found) if found else None


def schedstat(line: str | None) -> tuple[float, float] | None:
    """Seconds one thread ran, and seconds it was ready but waited for a CPU."""
    parts = (line or "").split()
    if len(parts) < 3:
        return None
    return int(parts[0]) / 1e9, int(parts[1]) / 1e9


def stolen_ticks(stat: str | None) -> int | None:
    """Clock ticks the hypervisor gave to other guests, over all CPUs, from /proc/stat."""
    parts = (stat or "").split("\n", 1)[0].split()
    return int(parts[8]) if len(parts) > 8 and parts[0] == "cpu" else None


def _pairs(lines: str) -> dict[str, str]:
    parted = (line.partition(":") for line in lines.splitlines())
    return {key.strip(): value.strip() for key, colon, value in parted if colon}


def _bytes(kilobytes: str | None) -> int | None:
    return int(kilobytes.split()[0]) * 1024 if kilobytes else None
