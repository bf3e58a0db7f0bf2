"""The clock of leases: the database's, so that workers whose own clocks differ agree on when one has run out."""

from __future__ import annotations

import time

from sqlalchemy import ColumnElement, Connection, Float, cast, extract, func, literal


def now(connection: Connection) -> ColumnElement[float]:
    """Seconds since the epoch, as an expression. SQLite's workers share a machine, and so its clock."""
    if connection.dialect.name == "postgresql":
        return cast(extract("epoch", func.clock_timestamp()), Float)
    return literal(time.time())
