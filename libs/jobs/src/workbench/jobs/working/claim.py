"""Which job is next, and whose turn it is: fair between teams on each target, and never the same job for two workers.

Teams stand in a line of their own for each target, so neither another team's queue nor the own one for a device that is
full keeps a job from one that is free.
"""

from __future__ import annotations

import heapq
import math
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Row,
    Select,
    exists,
    func,
    select,
    text,
    tuple_,
    update,
)
from workbench.jobs.job import Job, State
from workbench.jobs.record.engine import reading
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.rows import COLUMNS, job_of
from workbench.jobs.record.tables import jobs, queued, running, turns
from workbench.jobs.working.clock import now
from workbench.jobs.working.slots import Line, Slots

ANY = Slots(of_each=1 << 30)
_Waiting = list[tuple[int, float, str, str]]  # jobs that run, when it was served, team, target


def claim(record: Jobs, kinds: Iterable[str], owner: str, lease_s: float) -> Job | None:
    """The best next job, or None."""
    return next(iter(claim_some(record, kinds, owner, lease_s, most=1)), None)


def claim_some(
    record: Jobs, kinds: Iterable[str], owner: str, lease_s: float, most: int, slots: Slots = ANY
) -> list[Job]:
    """The best next jobs for which there are places, in their order; fewer than ``most`` does not say that there are
    no more.

    First what a dead worker left behind, since it has waited longest. Then fair between teams on each target: the
    team with the fewest jobs running there, among those the one served longest ago, and its oldest job.
    Its cost grows with the teams and targets that wait, not with their jobs.
    """
    kinds = list(kinds)
    lost, waiting, under_way = _look(record, kinds, slots)
    if not lost and not _in_turn(waiting, slots, under_way, 1):
        return []
    with record.engine.begin() as connection:
        clock = now(connection)
        found = _abandoned(connection, kinds, clock, most, slots) if lost else []
        found = found or _fairest(connection, kinds, most, waiting, slots, under_way)
        if not found:
            return []
        taken = (
            update(jobs)
            .where(jobs.c.id.in_([row.id for row in found]))
            .values(
                state=State.RUNNING,
                owner=owner,
                lease_until=clock + lease_s,
                fence=jobs.c.fence + 1,
                attempt=jobs.c.attempt + 1,
                seq=jobs.c.seq + 1,
                started_at=func.coalesce(jobs.c.started_at, time.time()),
            )
            .returning(*COLUMNS)
        )
        claimed = {row.id: job_of(row) for row in connection.execute(taken)}
        _note_turns(connection, sorted({(row.team, row.target) for row in found}), clock)
    record.messages.ring(record.bell)
    return [claimed[row.id] for row in found]


def _look(record: Jobs, kinds: list[str], slots: Slots) -> tuple[bool, _Waiting, Counter[Line]]:
    """Whether a dead worker has left something, which lines wait, and what is under way, by line.

    Most bells ring for progress: then a look is enough, which no writer waits for. What it finds may be a moment old
    when a job is claimed; only the row itself says whether it can be.
    """
    with reading(record.engine).connect() as connection:
        known, ours = jobs.c.kind.in_(kinds), jobs.c.target.not_in(slots.full())
        expired = exists().where(running, known, ours, jobs.c.lease_until < now(connection))
        lost, any_queued = connection.execute(select(expired, exists().where(queued, known))).one()
        if not any_queued:
            return lost, [], Counter()
        busy = select(jobs.c.team, jobs.c.target, func.count()).where(running).group_by(jobs.c.team, jobs.c.target)
        under_way = Counter({(team, target): count for team, target, count in connection.execute(busy)})
        waiting = [
            (under_way[row.team, row.target], row.served_at, row.team, row.target)
            for row in connection.execute(_lines())
        ]
        return lost, waiting, under_way


def _abandoned(
    connection: Connection, kinds: list[str], clock: ColumnElement[float], most: int, slots: Slots
) -> list[Row[Any]]:
    query = (
        select(jobs.c.id, jobs.c.fence, jobs.c.team, jobs.c.target)
        .where(running, jobs.c.kind.in_(kinds), jobs.c.lease_until < clock, jobs.c.target.not_in(slots.full()))
        .order_by(jobs.c.created_at)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    places, found = slots.places(Counter()), list[Row[Any]](connection.execute(query))
    others = [row for row in found if (row.id, row.fence) not in slots.holding]
    return [row for row in others if places.take_back((row.team, row.target))]


def _fairest(
    connection: Connection, kinds: list[str], most: int, waiting: _Waiting, slots: Slots, under_way: Counter[Line]
) -> list[Row[Any]]:
    """As many as one transaction can take in turn. Another worker may be taking a line's last job right now."""
    while turn := _in_turn(waiting, slots, under_way, most):
        oldest = {line: iter(_oldest(connection, kinds, line, count)) for line, count in Counter(turn).items()}
        found = [row for line in turn if (row := next(oldest[line], None)) is not None]
        if found:
            return found
        waiting = [each for each in waiting if each[2:] not in oldest]
    return []


def _in_turn(waiting: _Waiting, slots: Slots, under_way: Counter[Line], most: int) -> list[Line]:
    """Whose turn it is, ``most`` times: by jobs that run, and when each line was served last; none without a place."""
    heap, served, places = list(waiting), list[Line](), slots.places(under_way)
    heapq.heapify(heap)
    while heap and len(served) < most:
        running_jobs, _, team, target = heapq.heappop(heap)
        if places.take((team, target)):
            served.append((team, target))
            heapq.heappush(heap, (running_jobs + 1, math.inf, team, target))
    return served


def _oldest(connection: Connection, kinds: list[str], line: Line, most: int) -> list[Row[Any]]:
    team, target = line
    query = (
        select(jobs.c.id, jobs.c.team, jobs.c.target)
        .where(queued, jobs.c.team == team, jobs.c.target == target, jobs.c.kind.in_(kinds))
        .order_by(jobs.c.created_at, jobs.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(query))


def _lines() -> Select[Any]:
    """The lines that wait, each with when it was served."""
    line = _waiting_lines()
    served = (turns.c.team == line.c.team) & (turns.c.target == line.c.target)
    return (
        select(line.c.team, line.c.target, func.coalesce(turns.c.served_at, 0.0).label("served_at"))
        .outerjoin(turns, served)
        .where(line.c.target.is_not(None))
    )


def _waiting_lines() -> CTE:
    """The teams and targets that have queued jobs. Each is looked up after the one before it, which the index answers
    in one step: neither database does that for ``distinct``, which reads every queued job."""
    least = select(func.min(jobs.c.team).label("team")).where(queued)
    first = least.cte("waiting", recursive=True)
    following = least.where(jobs.c.team > first.c.team).scalar_subquery()
    team = first.union_all(select(following).where(first.c.team.is_not(None)))

    def after(line: Any, *more: ColumnElement[bool]) -> Any:
        return select(func.min(jobs.c.target)).where(queued, jobs.c.team == line.c.team, *more).scalar_subquery()

    begun = select(team.c.team, after(team).label("target")).where(team.c.team.is_not(None))
    line = begun.cte("lines", recursive=True)
    following = after(line, jobs.c.target > line.c.target)
    return line.union_all(select(line.c.team, following).where(line.c.target.is_not(None)))


def _note_turns(connection: Connection, lines: list[Line], clock: ColumnElement[float]) -> None:
    """Written by whoever comes first; a worker that claims for the same line right now does not wait for it.

    The lines are sorted, so that two workers that add the same ones do not wait for each other.
    """
    connection.execute(
        text("insert into target_turns (team, target, served_at) values (:team, :target, 0) on conflict do nothing"),
        [{"team": team, "target": target} for team, target in lines],
    )
    key = tuple_(turns.c.team, turns.c.target)
    free = select(turns.c.team, turns.c.target).where(key.in_(lines)).with_for_update(skip_locked=True)
    connection.execute(update(turns).where(key.in_(free)).values(served_at=clock))
