"""How long a queued job still waits: the turns that come before its own, at the pace of recent jobs."""

from __future__ import annotations

from statistics import median

from sqlalchemy import Connection, and_, func, or_, select
from workbench.jobs.job import Job
from workbench.jobs.tables import jobs, queued, running, succeeded

RECENT = 20  # jobs whose run times say how long the next one takes


def turns_before(connection: Connection, job: Job) -> int:
    """About how many jobs are claimed before this one, of those for the same target.

    All older ones of its own team; and teams take turns, so of another team no more than that and one.
    """
    older = or_(
        jobs.c.created_at < job.created_at, and_(jobs.c.created_at == job.created_at, jobs.c.id < job.id)
    )
    here = queued & (jobs.c.target == job.target)
    own = connection.execute(
        select(func.count()).where(here, jobs.c.team == job.team, older)
    ).scalar_one()
    others = connection.execute(
        select(func.count()).where(here, jobs.c.team != job.team, older).group_by(jobs.c.team)
    ).scalars()
    return int(own + sum(min(count, own + 1) for count in others))


def expected_wait_s(connection: Connection, job: Job) -> float | None:
    """None when no job of this kind has succeeded yet, so that nothing is known of its pace."""
    recent = connection.execute(
        select(jobs.c.finished_at - jobs.c.started_at)
        .where(succeeded, jobs.c.kind == job.kind, jobs.c.reused_from.is_(None))
        .order_by(jobs.c.finished_at.desc())
        .limit(RECENT)
    ).scalars()
    took = [seconds for seconds in recent if seconds is not None]
    if not took:
        return None
    # As many as run side by side now do so later, too; it is the only sign of how many workers there are.
    there = running & (jobs.c.target == job.target)
    beside = max(1, connection.execute(select(func.count()).where(there)).scalar_one())
    return float(median(took) * (turns_before(connection, job) + 1) / beside)
