"""What this process knows of itself, and no other process shares: whether it should be sent requests."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

STANDS_STILL_S = 15.0


class Process:
    """The door says that it turns, the parts what they need; a probe reads it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.leaving = threading.Event()
        self._clock = clock
        self._turned_at: float | None = None
        self._threads: list[threading.Thread] = []
        self._home: Path | None = None

    def turned(self) -> None:
        """The door has looked at its connections."""
        self._turned_at = self._clock()

    def needs(self, *threads: threading.Thread) -> None:
        """Threads without which it serves nobody well."""
        self._threads += threads

    def lives_in(self, home: Path) -> None:
        """The folder that it must be able to write to."""
        self._home = home

    def ailments(self) -> dict[str, str]:
        """What is wrong with this process, by name; what others may suffer from, too, is not asked here."""
        found = {}
        if self.leaving.is_set():
            found["this process"] = "it is stopping"
        if self._turned_at is not None and self._clock() - self._turned_at > STANDS_STILL_S:
            found["its listener"] = f"nobody has looked at it for {self._clock() - self._turned_at:.0f} s"
        dead = sorted(thread.name for thread in self._threads if not thread.is_alive())
        if dead:
            found["its threads"] = f"ended: {', '.join(dead)}"
        if self._home is not None and (reason := _cannot_be_written(self._home)):
            found["its disk"] = reason
        return found


def _cannot_be_written(home: Path) -> str | None:
    try:
        with tempfile.TemporaryFile(dir=home) as probe:
            probe.write(b"here")
    except OSError as error:
        return f"{error.strerror} in {home}"
    return None


# The one that this is.
PROCESS = Process()
