"""Bells inside one process: a count and a condition variable for each, so that only who waits for it is woken."""

from __future__ import annotations

import threading
from collections import Counter


class Bells:
    """What ring, heard and wait of the port mean; every adapter rings through one of these."""

    def __init__(self) -> None:
        self._rung: Counter[str] = Counter()
        self._mutex = threading.Lock()
        self._conditions: dict[str, threading.Condition] = {}

    def ring(self, bell: str) -> None:
        """See Messages.ring."""
        with self._mutex:
            self._rung[bell] += 1
            if bell in self._conditions:
                self._conditions[bell].notify_all()

    def heard(self, bell: str) -> int:
        """See Messages.heard."""
        with self._mutex:
            return self._rung[bell]

    def wait(self, bell: str, since: int, timeout_s: float) -> bool:
        """See Messages.wait."""
        with self._mutex:
            condition = self._conditions.setdefault(bell, threading.Condition(self._mutex))
            return condition.wait_for(lambda: self._rung[bell] > since, timeout_s)
