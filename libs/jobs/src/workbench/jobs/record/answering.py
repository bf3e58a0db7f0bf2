"""A PostgreSQL connection that does not wait for ever: a server that stands still keeps its connections open.

Neither a time limit on statements, which the server itself keeps, nor TCP, which its kernel answers, notices that.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg

# More than the server lets a statement take, so that whoever can still speak says what is wrong.
PATIENCE_S = 12.0
# A server from which nobody has heard for so long, though it was asked, is asked in haste: who comes now is told soon.
SILENT_S, HASTE_S = 3.0, 2.0


class Silence:
    """Since when the server owes an answer, to anybody of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._since: float | None = None

    def asked(self) -> None:
        """A question is on its way."""
        if self._since is None:
            self._since = self._clock()

    def heard(self) -> None:
        """It has said something."""
        self._since = None

    @property
    def lasts(self) -> bool:
        """Whether it has been asked and said nothing, for too long to be believed busy."""
        since = self._since
        return since is not None and self._clock() - since > SILENT_S


class AnsweringConnection(psycopg.Connection[Any]):
    """Raises OperationalError, and is closed, when no answer came for ``patience_s``; with None it does wait."""

    patience_s: float | None = PATIENCE_S
    silence = Silence()

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """See psycopg: every exchange with the server goes through here."""
        if timeout is not None or self.patience_s is None:
            return super().wait(gen, interval, timeout)
        patience_s = min(self.patience_s, HASTE_S) if self.silence.lasts else self.patience_s
        self.silence.asked()
        try:
            answer = super().wait(gen, interval, patience_s)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer that came later would be taken for another question's
            else:
                self.silence.heard()
            raise
        self.silence.heard()
        return answer
