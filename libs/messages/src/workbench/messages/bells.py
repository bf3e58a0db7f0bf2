"""Bells inside one process: a count for each, and a condition variable to wait on. No polling."""

from __future__ import annotations

import threading
from collections import Counter


class Bells:
    """What ring, heard and wait of the port mean; every adapter rings through one of these."""

    def __init__(self) -> None:
        self._rung: Counter[str] = Counter()
        self._condition = threading.Condition()

    def ring(self, bell: str) -> None:
        """See Messages.ring."""
        with self._condition:
            self._rung[bell] += 1
            self._condition.notify_all()

    def heard(self, bell: str) -> int:
        """See Messages.heard."""
        with self._condition:
            return self._rung[bell]

    def wait(self, bell: str, since: int, timeout_s: float) -> bool:
        """See Messages.wait."""
        with self._condition:
            return self._condition.wait_for(lambda: self._rung[bell] > since, timeout_s)
