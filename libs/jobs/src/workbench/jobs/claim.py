"""Which job is next, and whose turn it is: fair between teams, and never the same job for two workers."""

from __future__ import annotations

import heapq
import math
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE, ColumnElement, Connection, Row, Select, exists, func, or_, select, text, update
from workbench.jobs.clock import now
from workbench.jobs.engine import reading
from workbench.jobs.job import Job, State
from workbench.jobs.record import Jobs
from workbench.jobs.rows import COLUMNS, job_of
from workbench.jobs.tables import jobs, queued, running, turns


def claim(record: Jobs, kinds: Iterable[str], owner: str, lease_s: float) -> Job | None:
    """The best next job, or None."""
    return next(iter(claim_some(record, kinds, owner, lease_s, most=1)), None)


def claim_some(record: Jobs, kinds: Iterable[str], owner: str, lease_s: float, most: int) -> list[Job]:
    """The best next jobs, in their order; fewer than ``most`` does not say that there are no more.

    First what a dead worker left behind, since it has waited longest. Then fair between teams: the
    team with the fewest running jobs, among those the one served longest ago, and its oldest job.
    Its cost grows with the teams that wait, not with their jobs.
    """
    kinds = list(kinds)
    if not _anything(record, kinds):
        return []
    with record.engine.begin() as connection:
        clock = now(connection)
        found = connection.execute(_abandoned(kinds, clock, most)).all() or _fairest(connection, kinds, most)
        if not found:
            return []
        taken = (
            update(jobs)
            .where(jobs.c.id.in_([row.id for row in found]))
            .values(state=State.RUNNING, owner=owner, lease_until=clock + lease_s, fence=jobs.c.fence + 1,
                    attempt=jobs.c.attempt + 1, seq=jobs.c.seq + 1,
                    started_at=func.coalesce(jobs.c.started_at, time.time()))
            .returning(*COLUMNS)
        )  # fmt: skip
        claimed = {row.id: job_of(row) for row in connection.execute(taken)}
        _note_turns(connection, sorted({row.team for row in found}), clock)
    record.messages.ring(record.bell)
    return [claimed[row.id] for row in found]


def _anything(record: Jobs, kinds: list[str]) -> bool:
    """Most bells ring for progress: then a look is enough, which no writer waits for."""
    with reading(record.engine).connect() as connection:
        known = jobs.c.kind.in_(kinds)
        expired = exists().where(running, known, jobs.c.lease_until < now(connection))
        return bool(connection.execute(select(or_(exists().where(queued, known), expired))).scalar())


def _abandoned(kinds: list[str], clock: ColumnElement[float], most: int) -> Select[Any]:
    return (
        select(jobs.c.id, jobs.c.team)
        .where(running, jobs.c.kind.in_(kinds), jobs.c.lease_until < clock)
        .order_by(jobs.c.created_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )


def _fairest(connection: Connection, kinds: list[str], most: int) -> list[Row[Any]]:
    """As many as one transaction can take in turn. Another worker may be taking a team's last job right now."""
    waiting = [(row.jobs, row.served_at, row.team) for row in connection.execute(_teams())]
    while waiting:
        turn = _in_turn(waiting, most)
        oldest = {team: iter(_oldest(connection, kinds, team, count)) for team, count in Counter(turn).items()}
        found = [row for team in turn if (row := next(oldest[team], None)) is not None]
        if found:
            return found
        waiting = [each for each in waiting if each[2] not in oldest]
    return []


def _in_turn(waiting: list[tuple[int, float, str]], most: int) -> list[str]:
    """Whose turn it is, ``most`` times: by running jobs, and when each was served last."""
    heap, served = list(waiting), list[str]()
    heapq.heapify(heap)
    while len(served) < most:
        running_jobs, _, team = heap[0]
        served.append(team)
        heapq.heapreplace(heap, (running_jobs + 1, math.inf, team))
    return served


def _oldest(connection: Connection, kinds: list[str], team: str, most: int) -> list[Row[Any]]:
    query = (
        select(jobs.c.id, jobs.c.team)
        .where(queued, jobs.c.team == team, jobs.c.kind.in_(kinds))
        .order_by(jobs.c.created_at, jobs.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(query))


def _teams() -> Select[Any]:
    """Those that wait, each with how many jobs of it run and when it was served."""
    waiting = _waiting_teams()
    busy = select(jobs.c.team, func.count().label("jobs")).where(running).group_by(jobs.c.team).subquery("busy")
    return (
        select(waiting.c.team, func.coalesce(busy.c.jobs, 0).label("jobs"),
               func.coalesce(turns.c.served_at, 0.0).label("served_at"))
        .outerjoin(busy, busy.c.team == waiting.c.team)
        .outerjoin(turns, turns.c.team == waiting.c.team)
        .where(waiting.c.team.is_not(None))
    )  # fmt: skip


def _waiting_teams() -> CTE:
    """The teams that have queued jobs. Each is looked up after the one before it, which the index answers
    in one step: neither database does that for ``distinct``, which reads every queued job."""
    least = select(func.min(jobs.c.team).label("team")).where(queued)
    first = least.cte("waiting", recursive=True)
    following = least.where(jobs.c.team > first.c.team).scalar_subquery()
    return first.union_all(select(following).where(first.c.team.is_not(None)))


def _note_turns(connection: Connection, teams: list[str], clock: ColumnElement[float]) -> None:
    """Written by whoever comes first; a worker that claims for the same team right now does not wait for it.

    The teams are sorted, so that two workers that add the same ones do not wait for each other.
    """
    connection.execute(
        text("insert into turns (team, served_at) values (:team, 0) on conflict do nothing"),
        [{"team": team} for team in teams],
    )
    free = select(turns.c.team).where(turns.c.team.in_(teams)).with_for_update(skip_locked=True)
    connection.execute(update(turns).where(turns.c.team.in_(free)).values(served_at=clock))
