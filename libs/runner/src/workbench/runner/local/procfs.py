"""What Linux tells about processes: identity that survives pid reuse, descendants, memory and CPU time."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_GONE = (FileNotFoundError, ProcessLookupError)


def boot_id() -> str:
    """Changes with every boot of this machine."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _stat(pid: int) -> list[bytes]:
    """Fields of /proc/PID/stat from the third (state) on; the second may hold spaces and brackets."""
    with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123 - twice as fast, read every second
        return file.read(1024).rpartition(b")")[2].split()


def start_time(pid: int) -> int | None:
    """Clock ticks between boot and the start of this process; None when it is dead, a zombie included."""
    try:
        fields = _stat(pid)
    except _GONE:
        return None
    return None if fields[0] in (b"Z", b"X") else int(fields[19])


class Descendants:
    """The processes below one subreaper.

    Remembers the pids that are not below it: on a machine with a thousand processes the look that the
    supervisor takes every second would otherwise disturb what it measures.
    """

    def __init__(self, root: int) -> None:
        self._root = root
        self._strangers: set[int] = set()

    def pids(self) -> list[int]:
        """All descendants now, zombies included."""
        listed = {int(name) for name in os.listdir("/proc") if name.isdigit()}  # noqa: PTH208
        self._strangers &= listed
        parents = self._parents(listed - self._strangers)
        found = _below({self._root}, parents)
        # Only a stranger's child is surely one: a parent that died during this look breaks the chain.
        parents.pop(self._root, None)
        self._strangers |= _below(self._strangers | {0}, parents)
        return sorted(found - {self._root})

    @staticmethod
    def _parents(pids: set[int]) -> dict[int, int]:
        parents = {}
        for pid in pids:
            with contextlib.suppress(*_GONE):
                parents[pid] = int(_stat(pid)[1])
        return parents


def _below(roots: set[int], parents: dict[int, int]) -> set[int]:
    found = set(roots)
    while grown := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= grown
    return found


def end_children(own_pid: int) -> None:
    """Kill and reap every descendant; returns when none is left. The caller is a subreaper.

    Orphans come to the subreaper, so "no child left" proves that no descendant is left.
    """
    while True:
        for pid in Descendants(own_pid).pids():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        try:
            os.waitpid(-1, 0)
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return


def memory_bytes(pids: list[int]) -> int:
    """Anonymous, shared and swapped memory of these processes; file pages are the kernel's to drop."""
    fields = (b"RssAnon:", b"RssShmem:", b"VmSwap:")
    return sum(_memory_kib(f"/proc/{pid}/status", fields) for pid in pids) * 1024


def proportional_memory_bytes(pids: list[int]) -> int:
    """The same with pages shared after a fork counted once: exact and slow."""
    fields = (b"Pss_Anon:", b"Pss_Shmem:", b"SwapPss:")
    return sum(_memory_kib(f"/proc/{pid}/smaps_rollup", fields) for pid in pids) * 1024


def _memory_kib(path: str, fields: tuple[bytes, ...]) -> int:
    try:
        lines = Path(path).read_bytes().splitlines()
    except (*_GONE, PermissionError):
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith(fields))


def cpu_s(pids: list[int]) -> float:
    """User and system time of these processes and of the children they have waited for."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(*_GONE):
            ticks += sum(int(field) for field in _stat(pid)[11:15])
    return ticks / _TICKS


def tagged(mark: str) -> list[int]:
    """Processes whose environment at their start held this text."""
    found = []
    for name in os.listdir("/proc"):  # noqa: PTH208
        with contextlib.suppress(OSError):
            if name.isdigit() and mark.encode() in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                found.append(int(name))
    return found
