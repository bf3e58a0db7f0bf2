"""What a service's queue looks like from outside: for operators, so without teams."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import func, select
from workbench.jobs.record.engine import reading
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.tables import jobs, outbox, queued


@dataclass(frozen=True)
class Tally:
    """counts: (kind, state) → jobs. oldest_s: kind → age in seconds of its oldest queued job."""

    counts: dict[tuple[str, str], int]
    oldest_s: dict[str, float]
    outbox: int


def take_tally(record: Jobs) -> Tally:
    """As the database has it now. Raises DatabaseAway."""
    with reading(record.engine).connect() as connection:
        counted = connection.execute(
            select(jobs.c.kind, jobs.c.state, func.count()).group_by(jobs.c.kind, jobs.c.state)
        ).all()
        oldest = connection.execute(
            select(jobs.c.kind, func.min(jobs.c.created_at)).where(queued).group_by(jobs.c.kind)
        ).all()
        waiting = connection.execute(select(func.count()).select_from(outbox)).scalar_one()
    now = time.time()
    return Tally(
        {(kind, str(state)): count for kind, state, count in counted},
        {kind: max(0.0, now - since) for kind, since in oldest},
        int(waiting),
    )


def answers(record: Jobs) -> None:
    """Whether the database is there and has its tables. Raises DatabaseAway."""
    with reading(record.engine).connect() as connection:
        connection.execute(select(jobs.c.id).limit(1))
