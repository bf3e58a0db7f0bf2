"""Jobs of one service, as anybody may look at them: find, get, wait, list, their logs. Nothing here changes a row."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, select
from workbench.jobs.job import Job, State
from workbench.jobs.record import logs
from workbench.jobs.record.engine import reading
from workbench.jobs.record.pages import Page, Wanted, page_of
from workbench.jobs.record.rows import COLUMNS, ID_LENGTH, job_of, nameable
from workbench.jobs.record.tables import jobs, queued, running
from workbench.messages import Messages
from workbench.problems.common import NotFound


class KnownJobs:
    """Everything here raises DatabaseAway when the database cannot be reached."""

    def __init__(self, engine: Engine, messages: Messages, service: str) -> None:
        self.engine = engine
        self.messages = messages
        self.service = service
        self.bell = f"jobs.{service}"

    def find(self, job_id: str) -> Job | None:
        """A job by its id alone; for messages, which name their team themselves."""
        return self._found(job_id)

    def get(self, kind: str, team: str, job_id: str) -> Job:
        """Raises NotFound, also for another team's id: its row is not even read, so both take as long."""
        named = nameable(team, ID_LENGTH)  # by a message, too
        job = self._found(job_id, jobs.c.team == team, jobs.c.kind == kind) if named else None
        if job is None:
            raise NotFound(kind, job_id)
        return job

    def _found(self, job_id: str, *more: ColumnElement[bool]) -> Job | None:
        if not nameable(job_id, ID_LENGTH):
            return None
        with reading(self.engine).connect() as connection:
            row = connection.execute(select(*COLUMNS).where(jobs.c.id == job_id, *more)).first()
        return job_of(row) if row else None

    def wait(
        self,
        kind: str,
        team: str,
        job_id: str,
        after: int,
        timeout_s: float,
        nobody_waits: Callable[[], bool] = lambda: False,
    ) -> Job:
        """The job as soon as its ``seq`` is above ``after`` or it has ended, or after the timeout.

        ``nobody_waits`` is asked once a second: then the job comes as it is.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            since = self.messages.heard(self.bell)
            job = self.get(kind, team, job_id)
            left = deadline - time.monotonic()
            if job.seq > after or job.state.ended or left <= 0 or nobody_waits():
                return job
            # The cap is the fallback for a bell rung in another process.
            self.messages.wait(self.bell, since, min(left, 1.0))

    def list(self, kind: str, team: str, *, state: str | None = None, target: str | None = None, **wanted: Any) -> Page:
        """``state``: one, or ``active`` or ``ended``; ``wanted``: as Wanted has them.

        Raises ValueError for a cursor that is not ours.
        """
        where = [jobs.c.kind == kind, jobs.c.team == team]
        where += [jobs.c.state.in_(State.group(state))] if state else []
        where += [jobs.c.target == target] if target is not None else []
        with reading(self.engine).connect() as connection:
            rows, cursor = page_of(connection, jobs, COLUMNS, Wanted(**wanted), *where)
        return Page([job_of(row) for row in rows], cursor)

    def log(self, job: Job, offset: int) -> tuple[str, int]:
        """The kept log from ``offset`` (characters) on, and where it ends now."""
        with reading(self.engine).connect() as connection:
            return logs.read(connection, job.id, offset)

    def active(self) -> int:
        """How many jobs have not ended."""
        parts = [select(func.count()).where(state).scalar_subquery() for state in (queued, running)]
        with reading(self.engine).connect() as connection:
            return sum(connection.execute(select(*parts)).one())
