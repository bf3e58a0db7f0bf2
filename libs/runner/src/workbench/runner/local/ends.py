"""How a run ended, told from what the supervisor did, how the core's process ended and what it left."""

from __future__ import annotations

import errno
import os
import signal
from pathlib import Path
from typing import Any

from workbench.runner.documents import has_result
from workbench.runner.local.disk import FILES

NO_SPACE_CODE = 74  # a core's exit code when the disk is full: its log cannot say so any more
NO_MEMORY_CODE = 71
_TAIL_BYTES = 4096
_MEMORY_WORDS = (
    b"memoryerror",
    b"bad_alloc",
    b"cannot allocate memory",
    b"out of memory",
    b"not enough memory",
    b"unable to allocate",
    b"failed to allocate",
    b"could not allocate",
)
# Native code that is refused memory may say nothing and run into its null pointer, or be killed.
_OF_MEMORY = (signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT)
_NEARLY_ALL = 0.9  # of the memory it may use; it is looked at once a second
_TOLD_AS = {"turn_limit": "wall_limit", "group_out_of_memory": "out_of_memory"}
_BY_SIGNAL = {signal.SIGXCPU: "cpu_limit", signal.SIGXFSZ: "file_limit"}
_BY_CODE = {NO_SPACE_CODE: "disk_full", NO_MEMORY_CODE: "out_of_memory"}


def ended_core(
    folder: Path, cause: str | None, wait_status: int, usage: dict[str, Any], limits: dict[str, Any]
) -> dict[str, Any]:
    """Exit of a core that ran. ``cause``: why the supervisor ended it, None when it ended by itself.

    ``usage``: as ``Core.usage`` has it.
    """
    code = os.waitstatus_to_exitcode(wait_status)
    if cause == "terminated":
        return _document(terminated(folder), code, limits)
    if has_result(folder):
        return _document("finished", code, limits)
    if cause is None:
        cause = _by_itself(folder, code, usage, limits)
    return _document(cause, code, limits)


def ended_waiting(folder: Path) -> dict[str, Any]:
    """Exit of a run whose supervisor was told to end before the core started."""
    return _document(terminated(folder), None, {})


def fault(error: Exception) -> dict[str, Any]:
    """Exit of a run whose supervisor could not do its work."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    document = _document("disk_full" if full else "crashed", None, {})
    return document if full else document | {"detail": f"The run could not be supervised: {error}"}


def unconfined(lacking: str) -> dict[str, Any]:
    """Exit of a run that had to be confined completely on a machine that cannot."""
    return _document("unconfined", None, {}) | {
        "detail": f'WORKBENCH_SANDBOX is "require", and this machine cannot confine a run: {lacking}.'
    }


def terminated(folder: Path) -> str:
    """A SIGTERM is a stop only if the launcher says so; it may as well be the machine shutting down."""
    return "stopped" if (folder / "stop.requested").exists() else "killed"


def _by_itself(folder: Path, code: int, usage: dict[str, Any], limits: dict[str, Any]) -> str:
    if code >= 0:
        return _BY_CODE.get(code) or _by_log(folder)
    if -code == signal.SIGKILL and usage["memory_kills"]:
        return "group_out_of_memory"
    if -code in _OF_MEMORY and usage["max_rss_bytes"] >= _NEARLY_ALL * limits["memory_bytes"]:
        return "out_of_memory"
    if -code == signal.SIGKILL:
        return "cpu_limit" if usage["cpu_s"] >= limits["cpu_s"] else "killed"
    return _BY_SIGNAL.get(signal.Signals(-code)) or _by_log(folder)


def _by_log(folder: Path) -> str:
    """Native code that runs out of memory mostly aborts: only its last words tell the reason."""
    try:
        with (folder / "log.txt").open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES).lower()
    except OSError:
        return "crashed"
    return "out_of_memory" if any(word in tail for word in _MEMORY_WORDS) else "crashed"


def _document(reason: str, code: int | None, limits: dict[str, Any]) -> dict[str, Any]:
    number = -code if code is not None and code < 0 else None
    detail = _detail(reason, code, limits)
    # A reason of its own would be none to a launcher of an earlier release.
    reason = _TOLD_AS.get(reason, reason)
    return {"reason": reason, "code": code, "signal": number, "detail": detail}


def _detail(reason: str, code: int | None, limits: dict[str, Any]) -> str:
    if reason == "out_of_memory":
        return f"The run needed more than its {limits['memory_bytes'] / 2**20:.0f} MiB of memory."
    if reason == "group_out_of_memory":
        return "The run needed more memory than its container or control group has left: the kernel ended it."
    if reason == "wall_limit":
        return f"The run took longer than its {limits['wall_s']:g} s."
    if reason == "turn_limit":
        return f"The run kept its device for longer than the {limits['turn_s']:g} s of one turn."
    if reason == "cpu_limit":
        return f"The run used more than its {limits['cpu_s']:g} s of CPU time."
    if reason == "file_limit":
        return f"The run wrote a file larger than its {limits['file_bytes'] / 2**20:.0f} MiB."
    if reason == "disk_limit":
        return f"The run wrote more than its {limits['disk_bytes'] / 2**20:.0f} MiB in all its files together."
    if reason == "files_limit":
        return f"The run made more than {FILES:,} files."
    return {
        "finished": "",
        "stopped": "The run was stopped.",
        "disk_full": "The disk is full.",
        "killed": "The run was ended by another program or by the machine, which may lack memory.",
    }.get(reason, _crash(code))


def _crash(code: int | None) -> str:
    how = f"with exit code {code}" if code is None or code >= 0 else f"by {signal.Signals(-code).name}"
    return f"The run crashed {how}; its log says more."
