"""The device in turns: a run gives it back between two pieces of its work, and goes on when its next turn has come.

The core asks over a socket that it inherits, and its supervisor decides: it stops the core, ends whatever the core has
started, and only then lets others in. So a core cannot go on working in another's turn, and what it says is but a wish.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import suppress
from pathlib import Path

from workbench.runner.core import TURNS
from workbench.runner.local import procfs

_FREEZE_S = 5.0  # a process in the kernel may take its time to stop
_STILL = (b"T", b"t", b"Z", b"X")


class Turns:
    """The supervisor's end of the socket; ``core_end`` is for the core to inherit."""

    def __init__(self) -> None:
        ours, core = socket.socketpair()
        ours.setblocking(False)
        self._ours, self._core = ours, core
        self.core_end = core.fileno()

    @property
    def descriptor(self) -> int:
        """Readable when the core has a wish."""
        return self._ours.fileno()

    def environment(self) -> dict[str, str]:
        """What tells the core its end."""
        return {TURNS: str(self.core_end)}

    def wished(self) -> bool:
        """Whether the core wants to give its turn back; false once it has closed its end."""
        with suppress(BlockingIOError, ConnectionError):
            return bool(self._ours.recv(4096))
        return False

    def granted(self) -> None:
        """Tell the core that it may go on."""
        with suppress(BlockingIOError, ConnectionError):  # it does not listen: its own loss
            self._ours.send(b"y")


class Clock:
    """How long a run has had its device, in all and in this turn: waiting counts as neither."""

    def __init__(self) -> None:
        self._earlier_s = 0.0
        self._began: float | None = time.monotonic()

    @property
    def turn_s(self) -> float:
        """Of this turn."""
        return 0.0 if self._began is None else time.monotonic() - self._began

    @property
    def total_s(self) -> float:
        """Of all turns."""
        return self._earlier_s + self.turn_s

    def pause(self) -> None:
        """The turn is over."""
        self._earlier_s, self._began = self.total_s, None

    def go_on(self) -> None:
        """The next turn begins."""
        self._began = time.monotonic()


def freeze(pid: int, below: procfs.Descendants) -> None:
    """Stop this process and end everything else below us. Raises TimeoutError when that cannot be done.

    A stopped process starts no other, so the last look that finds none is true as long as it is stopped.
    """
    deadline = time.monotonic() + _FREEZE_S
    os.kill(pid, signal.SIGSTOP)
    while time.monotonic() < deadline:
        stopped = _all_still(pid)
        others = [other for other in below.pids() if other != pid and procfs.start_time(other) is not None]
        if stopped and not others:
            return
        for other in others:
            with suppress(ProcessLookupError):
                os.kill(other, signal.SIGKILL)
        time.sleep(0.001)
    raise TimeoutError("the run does not give its device back: a process of it is stuck in the kernel")


def _all_still(pid: int) -> bool:
    """Of every thread: the first one may be dead while others work."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):
            if (task / "stat").read_bytes().rpartition(b")")[2].split()[0] not in _STILL:
                return False
    return True
