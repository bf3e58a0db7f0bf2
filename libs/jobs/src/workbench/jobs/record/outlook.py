"""How long a queued job still waits: the turns that come before its own, at the pace of recent jobs.

These are words for people, so they cost next to nothing however long the queue is: each question reads a bounded
number of rows, and its answer serves all who ask within KEPT_S. Beyond COUNTED nobody counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from functools import partial
from statistics import median
from typing import Any, cast

from sqlalchemy import Connection, Engine, Select, func, select
from workbench.jobs.job import Job
from workbench.jobs.record.engine import reading
from workbench.jobs.record.tables import jobs, queued, running, succeeded

COUNTED = 200  # queued jobs of one team
KEPT_S = 0.25
RECENT = 20  # jobs whose run times say how long the next one takes
LOOKED_AT = 200  # of those that ended last: reused results lie between them, which took no time
_REMEMBERED = 1000


class Outlook:
    """What those who wait in the queue of one service are told of it. Thread-safe."""

    def __init__(self, engine: Engine, kept_s: float = KEPT_S) -> None:
        self._engine, self._kept_s = engine, kept_s
        self._known: dict[Hashable, tuple[float, Any]] = {}
        self._lock = threading.Lock()

    def joined(self, job: Job) -> None:
        """This process has put the job at the end of its team's line for its target."""
        with self._lock:
            _, line = self._known.get(("line", job.team, job.target), (0.0, None))
            if line is not None and len(line) < COUNTED:
                line.append(job.id)

    def turns_before(self, job: Job) -> int | None:
        """About how many jobs are claimed before this queued one, of those for the same target; None when they are too
        many to count.

        All older ones of its own team; and teams take turns, so of another team no more than that and one.
        """
        line: list[str] = self._kept(("line", job.team, job.target), partial(_line, job.team, job.target))
        if job.id not in line and len(line) >= COUNTED:
            return None
        own = line.index(job.id) if job.id in line else len(line)
        teams: dict[str, int] = self._kept(("teams", job.target), partial(_teams, job.target))
        return own + sum(min(count, own + 1) for team, count in teams.items() if team != job.team)

    def expected_wait_s(self, job: Job) -> float | None:
        """None when no job of its kind has succeeded lately, so that nothing is known of its pace; and when too many
        come before it."""
        before = self.turns_before(job)
        each_s: float | None = self._kept(("pace", job.kind, job.target), partial(_pace, job.kind, job.target))
        return None if each_s is None or before is None else each_s * (before + 1)

    def _kept(self, what: Hashable, ask: Callable[[Connection], Any]) -> Any:
        with self._lock:
            read_at, answer = self._known.get(what, (None, None))
            if read_at is None or time.monotonic() - read_at >= self._kept_s:
                with reading(self._engine).connect() as connection:
                    answer = ask(connection)
                if len(self._known) >= _REMEMBERED:
                    self._known.clear()
                self._known[what] = (time.monotonic(), answer)
            return answer


def _line(team: str, target: str, connection: Connection) -> list[str]:
    """The jobs that this team has claimed next for the target, in their order."""
    ours = (queued, jobs.c.team == team, jobs.c.target == target)
    query = select(jobs.c.id).where(*ours).order_by(jobs.c.created_at, jobs.c.id)
    return list(connection.execute(query.limit(COUNTED)).scalars())


def _teams(target: str, connection: Connection) -> dict[str, int]:
    """How many jobs each team that waits has queued for the target, as far as they are counted.

    One team is looked up after another, in the order of the one index of what is queued: asked by ``min`` and
    ``group by``, or in no order, both databases may read all there is.
    """
    in_order = (jobs.c.team, jobs.c.created_at, jobs.c.id)
    least = select(jobs.c.team).where(queued).order_by(*in_order).limit(1)
    first = select(least.scalar_subquery().label("team")).cte("waiting", recursive=True)
    after = least.where(jobs.c.team > first.c.team).scalar_subquery()
    waiting = first.union_all(select(after).where(first.c.team.is_not(None)))
    theirs = (queued, jobs.c.team == waiting.c.team, jobs.c.target == target)
    some = select(jobs.c.id).where(*theirs).order_by(jobs.c.created_at, jobs.c.id).limit(COUNTED)
    counted = select(func.count()).select_from(some.correlate(waiting).subquery()).scalar_subquery()
    rows = connection.execute(select(waiting.c.team, counted).where(waiting.c.team.is_not(None))).all()
    return {str(team): int(count) for team, count in rows}


def _pace(kind: str, target: str, connection: Connection) -> float | None:
    """After how long one more job of this kind ends, as many as now being carried out side by side."""
    took = [row.took for row in connection.execute(_ended(kind)) if row.reused_from is None and row.took is not None]
    if not took:
        return None
    # As many as run now do so later, too; it is the only sign of how many workers there are.
    beside = max(1, connection.execute(select(func.count()).where(running, jobs.c.target == target)).scalar_one())
    return cast(float, median(took[:RECENT])) / beside


def _ended(kind: str) -> Select[Any]:
    return (
        select((jobs.c.finished_at - jobs.c.started_at).label("took"), jobs.c.reused_from)
        .where(succeeded, jobs.c.kind == kind)
        .order_by(jobs.c.finished_at.desc())
        .limit(LOOKED_AT)
    )
