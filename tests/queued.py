"""Many rows of jobs at once, as if each had been submitted."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert
from workbench.jobs import Jobs
from workbench.jobs.record.tables import jobs as table

_IN_ONE_STATEMENT = 5000


def queue(jobs: Jobs, rows: Sequence[dict[str, Any]]) -> None:
    """Insert them in their order, an hour old; what a row does not say is as in a job that waits."""
    with jobs.engine.begin() as connection:
        for start in range(0, len(rows), _IN_ONE_STATEMENT):
            piece = rows[start : start + _IN_ONE_STATEMENT]
            connection.execute(insert(table), [_row(start + place, row) for place, row in enumerate(piece)])


def _row(number: int, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "thing",
        "state": "queued",
        "request": {},
        "seq": 1,
        "attempt": 0,
        "fence": 0,
        "cancel_requested": False,
        "holds": [],
        "created_at": time.time() - 3600 + number / 1000,
        **row,
    }
