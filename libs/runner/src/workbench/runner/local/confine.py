"""What a core is given and how much it may use: applied in its own process, between fork and exec.

What it may reach is ``sandbox/``'s.

No RLIMIT_AS: OpenVINO, its GPU drivers and every allocator reserve far more addresses than they use.
RLIMIT_DATA counts writable private memory only, so one huge request fails in the core at once
(``std::bad_alloc``, ``MemoryError``); the sum over all processes is the supervisor's to watch.
No RLIMIT_NPROC: it counts a whole user's processes and does not bind root.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_libc = ctypes.CDLL(None, use_errno=True)

# Thread stacks and allocator arenas are writable but mostly never touched; measured: 70 MB per processor.
_UNTOUCHED_BYTES = 256 * 2**20 + 64 * 2**20 * (os.cpu_count() or 1)


def environment(folder: str, python_path: list[str]) -> dict[str, str]:
    """All variables of a core. Nothing is inherited: the workbench's own hold tokens and keys."""
    variables = {
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": f"{folder}/tmp",  # noqa: S108 - the run's own
        "TMPDIR": f"{folder}/tmp",  # noqa: S108
        "LANG": "C.UTF-8",
        "NNCF_CI": "1",  # NNCF's own way to switch its telemetry off
    }
    if sys.prefix != sys.base_prefix:
        variables["VIRTUAL_ENV"] = sys.prefix
    if python_path:
        variables["PYTHONPATH"] = os.pathsep.join(python_path)
    return variables


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies: none can slip away."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent(parent_pid: int, signal_number: int) -> None:
    """Get this signal when the parent dies, also if that has just happened."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), signal_number)


def limit(limits: dict[str, Any]) -> None:
    """Apply what the kernel can enforce on one process; children inherit it, each with the full amount."""
    data = int(limits["memory_bytes"]) + _UNTOUCHED_BYTES
    cpu = max(1, int(limits["cpu_s"]))
    _lower(resource.RLIMIT_DATA, data, data)
    _lower(resource.RLIMIT_CPU, cpu, cpu + 5)  # SIGXCPU, and SIGKILL for those who ignore it
    _lower(resource.RLIMIT_FSIZE, int(limits["file_bytes"]), int(limits["file_bytes"]))
    _lower(resource.RLIMIT_CORE, 0, 0)
    _lower(resource.RLIMIT_NOFILE, 4096, 4096)


def be_first_to_go() -> None:
    """When the machine itself runs out of memory, the kernel is to choose the core, not the workbench."""
    Path("/proc/self/oom_score_adj").write_text("1000")


def _lower(which: int, soft: int, hard: int) -> None:
    ceiling = resource.getrlimit(which)[1]
    if ceiling != resource.RLIM_INFINITY:
        soft, hard = min(soft, ceiling), min(hard, ceiling)
    resource.setrlimit(which, (soft, hard))
