"""The lock that lets a measurement have this machine for itself, in turns.

One reader–writer lock per machine, not per device: a measurement on a GPU is fed by the host's CPU, so work
on the CPU would falsify it just the same. Measurements hold it exclusively, other heavy work shares it, and all
stand in one line: whoever came first enters first, so neither a stream of work nor a measurement of many launches
keeps anybody out for longer than those who were there before. Two files, whose locks end with the last process that
holds them, so nothing has to be cleaned up after a kill:

``host.gate``  the line. A place in it is a lock on one byte, exclusive for a measurement, shared for other work;
               who locks everything before that byte as well has come to its turn.
``host.lock``  held while working, for runs of a release that knows no line
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable
from contextlib import suppress
from fcntl import (
    F_OFD_GETLK,
    F_OFD_SETLK,
    F_OFD_SETLKW,
    F_RDLCK,
    F_UNLCK,
    F_WRLCK,
    LOCK_EX,
    LOCK_NB,
    LOCK_SH,
    LOCK_UN,
    fcntl,
    flock,
)
from pathlib import Path

_FLOCK = struct.Struct("hhqqi4x")  # type, whence, start, length (0: all that follows), pid
Tell = Callable[[str], None]


def standing(home: Path) -> str | None:
    """What works on this machine now, in words; None when nothing does. Asking takes no place in the line.

    Raises FileNotFoundError where no run has begun yet, as where another machine does the work.
    """
    gate = os.open(home / "locks" / "host.gate", os.O_RDWR | os.O_CLOEXEC)
    try:
        question = _FLOCK.pack(F_WRLCK, os.SEEK_SET, 0, 1, 0)  # whoever works holds the line from its start
        kind = _FLOCK.unpack(fcntl(gate, F_OFD_GETLK, question))[0]
    finally:
        os.close(gate)
    if kind == F_UNLCK:
        return None
    return "a measurement is running" if kind == F_WRLCK else "other work is running"


class DeviceLock:
    """One run's place in the line; made before forking, it belongs to the parent as well."""

    def __init__(self, home: Path) -> None:
        folder = home / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        self._gate = os.open(folder / "host.gate", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._lock = os.open(folder / "host.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def measure(self, tell: Tell) -> None:
        """Block until nothing else runs here. ``tell`` hears what is waited for, before each wait."""
        self._enter(F_WRLCK, LOCK_EX, tell)

    def share(self, tell: Tell) -> None:
        """Block until no measurement runs, and none waits that came earlier."""
        self._enter(F_RDLCK, LOCK_SH, tell)

    def release(self) -> None:
        """Give the machine back, or the place in the line, for everybody who inherited the lock."""
        flock(self._lock, LOCK_UN)
        self._ask(F_OFD_SETLK, F_UNLCK, 0, 0)

    def close(self) -> None:
        """This process is done with it; others that inherited it are not."""
        os.close(self._gate)
        os.close(self._lock)

    def _enter(self, kind: int, older: int, tell: Tell) -> None:
        everything = 1 + self._stand_in_line(kind)
        if not self._try(kind, 0, everything):
            tell(self._before(kind))
            self._ask(F_OFD_SETLKW, kind, 0, everything)
        try:
            flock(self._lock, older | LOCK_NB)
        except BlockingIOError:
            tell("a run of an earlier release")
            flock(self._lock, older)

    def _stand_in_line(self, kind: int) -> int:
        """The first place behind all others; two that come at once try again."""
        while True:
            place = 0
            while (other := self._other(place, 0)) is not None:
                place = other[1] + other[2]
            if self._try(kind, place, 1):
                return place

    def _before(self, kind: int) -> str:
        """Whoever works holds the line from its start."""
        holder = self._other(0, 1)
        if holder is None:
            return "others came first"
        if holder[0] == F_WRLCK:
            return "a measurement is running"
        return "other work is running" if kind == F_WRLCK else "a measurement is waiting"

    def _other(self, start: int, length: int) -> tuple[int, int, int] | None:
        """Type, start and length of somebody's lock there; None when there is none."""
        kind, _, at, long, _ = _FLOCK.unpack(self._ask(F_OFD_GETLK, F_WRLCK, start, length))
        return None if kind == F_UNLCK else (kind, at, long)

    def _try(self, kind: int, start: int, length: int) -> bool:
        with suppress(BlockingIOError):
            self._ask(F_OFD_SETLK, kind, start, length)
            return True
        return False

    def _ask(self, command: int, kind: int, start: int, length: int) -> bytes:
        return fcntl(self._gate, command, _FLOCK.pack(kind, os.SEEK_SET, start, length, 0))
