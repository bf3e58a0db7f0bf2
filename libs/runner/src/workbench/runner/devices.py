"""The lock that lets a measurement have this machine for itself.

One reader–writer lock per machine, not per device: a measurement on a GPU is fed by the host's CPU, so work
on the CPU would falsify it just the same. Measurements hold it exclusively, other heavy work shares it, and a
waiting measurement goes first. It is two files under flock: a lock ends with the last process that holds it,
so nothing has to be cleaned up after a kill:

``host.gate``  held by a measurement while it waits, so newcomers queue behind it
``host.lock``  held while working; its content names the measurement
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, LOCK_UN, flock
from pathlib import Path


class DeviceLock:
    """One run's hold on this machine; made before forking, it belongs to all who inherit ``descriptor``."""

    def __init__(self, home: Path) -> None:
        folder = home / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        self._gate = os.open(folder / "host.gate", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.descriptor = os.open(folder / "host.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def measure(self, name: str, tell: Callable[[str], None]) -> None:
        """Block until nothing else runs here. ``tell`` hears what is waited for, before each wait."""
        self._block(self._gate, LOCK_EX, lambda: tell("another measurement is waiting"))
        self._block(self.descriptor, LOCK_EX, lambda: tell(self._holder()))
        flock(self._gate, LOCK_UN)
        os.ftruncate(self.descriptor, 0)
        os.pwrite(self.descriptor, name.encode(), 0)

    def share(self, tell: Callable[[str], None]) -> None:
        """Block until no measurement runs or waits.

        Never waits for the lock while holding the gate, and looks at the gate again after it has waited for
        the lock: otherwise work that queued during one measurement would overtake the next one.
        """
        while True:
            self._block(self._gate, LOCK_SH, lambda: tell("a measurement is waiting"))
            entered = _try(self.descriptor, LOCK_SH)
            flock(self._gate, LOCK_UN)
            if entered:
                return
            self._block(self.descriptor, LOCK_SH, lambda: tell(self._holder()))
            if _try(self._gate, LOCK_SH):
                flock(self._gate, LOCK_UN)
                return
            flock(self.descriptor, LOCK_UN)

    def release(self) -> None:
        """Give the machine back, for everybody who inherited the lock."""
        flock(self.descriptor, LOCK_UN)
        flock(self._gate, LOCK_UN)

    def _holder(self) -> str:
        if _try(self.descriptor, LOCK_SH):
            flock(self.descriptor, LOCK_UN)
            return "other work is running"
        name = os.pread(self.descriptor, 200, 0).decode(errors="replace")
        return f"a measurement is running ({name})" if name else "a measurement is running"

    @staticmethod
    def _block(descriptor: int, kind: int, before: Callable[[], None]) -> None:
        if not _try(descriptor, kind):
            before()
            flock(descriptor, kind)


def _try(descriptor: int, kind: int) -> bool:
    try:
        flock(descriptor, kind | LOCK_NB)
    except BlockingIOError:
        return False
    return True
