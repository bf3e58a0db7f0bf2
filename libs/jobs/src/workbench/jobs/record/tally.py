"""What a queue looks like from outside, for operators, so without teams; and what a team has had carried out."""

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


@dataclass(frozen=True)
class Use:
    """What one team's jobs of a kind have had of a target, those that were given an earlier result left out."""

    target: str
    jobs: int
    seconds: float


def use_of(record: Jobs, team: str, kind: str, since: float) -> list[Use]:
    """Of jobs that ran on a target and ended after ``since``, the most used first. Raises DatabaseAway."""
    took = func.sum(jobs.c.finished_at - jobs.c.started_at)
    ended = (jobs.c.state.in_(["succeeded", "failed", "cancelled"]), jobs.c.finished_at > since)
    ours = (jobs.c.team == team, jobs.c.kind == kind, jobs.c.reused_from.is_(None), jobs.c.started_at.is_not(None))
    placed = jobs.c.target != ""  # what is taken from another job's result ran nowhere
    query = select(jobs.c.target, func.count(), took).where(*ours, *ended, placed).group_by(jobs.c.target)
    with reading(record.engine).connect() as connection:
        found = [Use(target, int(count), float(seconds)) for target, count, seconds in connection.execute(query).all()]
    return sorted(found, key=lambda use: (-use.seconds, use.target))


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
