"""Which job is next, and whose turn it is: fair between teams, and never the same job for two workers."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Select, exists, func, or_, select, text, update
from workbench.jobs.clock import now
from workbench.jobs.engine import reading
from workbench.jobs.job import Job, State
from workbench.jobs.record import Jobs
from workbench.jobs.rows import COLUMNS, job_of
from workbench.jobs.tables import jobs, queued, running, turns


def claim(record: Jobs, kinds: Iterable[str], owner: str, lease_s: float) -> Job | None:
    """The best next job, or None.

    First what a dead worker left behind, since it has waited longest. Then fair between teams: the
    team with the fewest running jobs, among those the one served longest ago, and its oldest job.
    Its cost grows with the teams that wait, not with their jobs.
    """
    kinds = list(kinds)
    if not _anything(record, kinds):
        return None
    with record.engine.begin() as connection:
        clock = now(connection)
        found = connection.execute(_abandoned(kinds, clock)).first() or _fairest(connection, kinds)
        if found is None:
            return None
        connection.execute(
            update(jobs)
            .where(jobs.c.id == found.id)
            .values(state=State.RUNNING, owner=owner, lease_until=clock + lease_s, fence=jobs.c.fence + 1,
                    attempt=jobs.c.attempt + 1, seq=jobs.c.seq + 1,
                    started_at=func.coalesce(jobs.c.started_at, time.time()))
        )  # fmt: skip
        _note_turn(connection, found.team, clock)
        row = connection.execute(select(*COLUMNS).where(jobs.c.id == found.id)).one()
    record.messages.ring(record.bell)
    return job_of(row)


def _anything(record: Jobs, kinds: list[str]) -> bool:
    """Most bells ring for progress: then a look is enough, which no writer waits for."""
    with reading(record.engine).connect() as connection:
        known = jobs.c.kind.in_(kinds)
        expired = exists().where(running, known, jobs.c.lease_until < now(connection))
        return bool(connection.execute(select(or_(exists().where(queued, known), expired))).scalar())


def _abandoned(kinds: list[str], clock: ColumnElement[float]) -> Select[Any]:
    return (
        select(jobs.c.id, jobs.c.team)
        .where(running, jobs.c.kind.in_(kinds), jobs.c.lease_until < clock)
        .order_by(jobs.c.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _fairest(connection: Connection, kinds: list[str]) -> Any:
    """Team by team, since another worker may be taking the last job of the first one right now."""
    for team in connection.execute(_teams_in_turn()).scalars().all():
        oldest = (
            select(jobs.c.id, jobs.c.team)
            .where(queued, jobs.c.team == team, jobs.c.kind.in_(kinds))
            .order_by(jobs.c.created_at, jobs.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = connection.execute(oldest).first()
        if found is not None:
            return found
    return None


def _teams_in_turn() -> Select[Any]:
    waiting = _waiting_teams()
    busy = select(jobs.c.team, func.count().label("jobs")).where(running).group_by(jobs.c.team).subquery("busy")
    return (
        select(waiting.c.team)
        .outerjoin(busy, busy.c.team == waiting.c.team)
        .outerjoin(turns, turns.c.team == waiting.c.team)
        .where(waiting.c.team.is_not(None))
        .order_by(func.coalesce(busy.c.jobs, 0), func.coalesce(turns.c.served_at, 0.0), waiting.c.team)
    )


def _waiting_teams() -> CTE:
    """The teams that have queued jobs. Each is looked up after the one before it, which the index answers
    in one step: neither database does that for ``distinct``, which reads every queued job."""
    least = select(func.min(jobs.c.team).label("team")).where(queued)
    first = least.cte("waiting", recursive=True)
    following = least.where(jobs.c.team > first.c.team).scalar_subquery()
    return first.union_all(select(following).where(first.c.team.is_not(None)))


def _note_turn(connection: Connection, team: str, clock: ColumnElement[float]) -> None:
    """Written by whoever comes first; a worker that claims for the same team right now does not wait for it."""
    connection.execute(
        text("insert into turns (team, served_at) values (:team, 0) on conflict do nothing"), {"team": team}
    )
    free = select(turns.c.team).where(turns.c.team == team).with_for_update(skip_locked=True)
    connection.execute(update(turns).where(turns.c.team.in_(free)).values(served_at=clock))
