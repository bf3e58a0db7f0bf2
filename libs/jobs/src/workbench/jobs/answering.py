"""A PostgreSQL connection that does not wait for ever: a server that stands still keeps its connections open.

Neither a time limit on statements, which the server itself keeps, nor TCP, which its kernel answers, notices that.
"""

from __future__ import annotations

from typing import Any

import psycopg

# More than the server lets a statement take, so that whoever can still speak says what is wrong.
PATIENCE_S = 35.0


class AnsweringConnection(psycopg.Connection[Any]):
    """Raises OperationalError, and is closed, when no answer came for ``patience_s``; with None it does wait."""

    patience_s: float | None = PATIENCE_S

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """See psycopg: every exchange with the server goes through here."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience_s)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == psycopg.pq.TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer that came later would be taken for another question's
            raise
