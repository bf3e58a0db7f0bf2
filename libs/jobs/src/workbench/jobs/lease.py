"""The record of jobs, as a worker sees it: claim under a lease, write under a fence, end once.

Every write here names the fence it was claimed with. A worker that lost its lease matches no row
and gets LeaseLost: it can change nothing any more.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, func, insert, or_, select, update
from workbench.jobs.events import event_of, put_in_outbox
from workbench.jobs.job import Job, State
from workbench.jobs.record import _COLUMNS, Jobs, job_of
from workbench.jobs.tables import job_log, jobs
from workbench.problems import Problem

LOG_LIMIT = 1_000_000  # characters kept of one job's log; a flood must not fill the database


class LeaseLost(Exception):
    """Another worker holds this job now."""


class Cancelled(Exception):
    """Somebody asked for this job to end."""


def claim(record: Jobs, kinds: Iterable[str], owner: str, lease_s: float) -> Job | None:
    """The best next job, or None.

    First what a dead worker left behind, since it has waited longest. Then fair between teams: the
    team with the fewest running jobs, among those the one served longest ago, and its oldest job.
    """
    now = time.time()
    kinds = list(kinds)
    with record.engine.begin() as connection:
        job_id = connection.execute(_abandoned(kinds, now)).scalar() or _fairest(connection, kinds)
        if job_id is None:
            return None
        fence = connection.execute(select(jobs.c.fence).where(jobs.c.id == job_id)).scalar_one() + 1
        connection.execute(
            update(jobs)
            .where(jobs.c.id == job_id)
            .values(state=State.RUNNING, owner=owner, lease_until=now + lease_s, fence=fence,
                    attempt=jobs.c.attempt + 1, seq=jobs.c.seq + 1,
                    started_at=func.coalesce(jobs.c.started_at, now))
        )  # fmt: skip
        row = connection.execute(select(*_COLUMNS).where(jobs.c.id == job_id)).one()
    record.messages.ring(record.bell)
    return job_of(row)


def _abandoned(kinds: list[str], now: float) -> Select[Any]:
    return (
        select(jobs.c.id)
        .where(jobs.c.state == State.RUNNING, jobs.c.kind.in_(kinds), jobs.c.lease_until < now)
        .order_by(jobs.c.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def _fairest(connection: Connection, kinds: list[str]) -> str | None:
    waiting = and_(jobs.c.state == State.QUEUED, jobs.c.kind.in_(kinds))
    served = (
        select(
            jobs.c.team,
            func.count().filter(jobs.c.state == State.RUNNING).label("running"),
            func.max(jobs.c.started_at).label("last"),
        )
        .where(jobs.c.kind.in_(kinds))
        .group_by(jobs.c.team)
        .subquery()
    )
    best = (
        select(jobs.c.id)
        .join(served, served.c.team == jobs.c.team)
        .where(waiting)
        .order_by(served.c.running, func.coalesce(served.c.last, 0.0), jobs.c.created_at, jobs.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=jobs)
    )
    return connection.execute(best).scalar()


def renew(record: Jobs, held: Iterable[Job], lease_s: float) -> None:
    """Extend the leases of ``held``; one that was lost stays lost."""
    pairs = [and_(jobs.c.id == job.id, jobs.c.fence == job.fence) for job in held]
    if not pairs:
        return
    with record.engine.begin() as connection:
        connection.execute(
            update(jobs)
            .where(jobs.c.state == State.RUNNING, or_(*pairs))
            .values(lease_until=time.time() + lease_s)
        )


def expire_leases(record: Jobs) -> None:
    """For the one process that knows every other holder is dead: their jobs may be claimed at once."""
    with record.engine.begin() as connection:
        connection.execute(update(jobs).where(jobs.c.state == State.RUNNING).values(lease_until=0.0))


def report(record: Jobs, job: Job, progress: dict[str, Any] | None, waiting_for: str | None) -> None:
    """Write progress. Raises LeaseLost, or Cancelled when somebody asked for that."""
    changed = _write(record, job, progress=progress, waiting_for=waiting_for)
    record.messages.ring(record.bell)
    # Not through the outbox: the next report, or the end, makes up for one that is lost.
    with contextlib.suppress(Exception):
        record.messages.publish(event_of(changed, record.service))
    if changed.cancel_requested:
        raise Cancelled


def check(record: Jobs, job: Job) -> None:
    """Raises LeaseLost or Cancelled; writes nothing."""
    now = record.find(job.id)
    if now is None or now.fence != job.fence or now.state is not State.RUNNING:
        raise LeaseLost
    if now.cancel_requested:
        raise Cancelled


def append_log(record: Jobs, job: Job, text: str) -> None:
    """Keep more of the log, up to LOG_LIMIT characters. Raises LeaseLost."""
    with record.engine.begin() as connection:
        _fenced(connection, job)
        end = connection.execute(
            select(func.max(job_log.c.position + func.length(job_log.c.text))).where(job_log.c.job_id == job.id)
        ).scalar()
        room = LOG_LIMIT - (end or 0)
        # NUL cannot be kept in a text column everywhere.
        if room > 0 and (kept := text.replace("\0", "")[:room]):
            connection.execute(insert(job_log).values(job_id=job.id, position=end or 0, text=kept))


def forget_log(record: Jobs, job: Job) -> None:
    """Begin the log again. Raises LeaseLost."""
    with record.engine.begin() as connection:
        _fenced(connection, job)
        connection.execute(delete(job_log).where(job_log.c.job_id == job.id))


def accept_manifest(record: Jobs, job: Job, text: str, result: dict[str, Any]) -> Job:
    """First half of publishing: the manifest's text and result are now decided, under the fence."""
    return _write(record, job, manifest=text, result=result)


def succeed(record: Jobs, job: Job) -> Job:
    """Second half of publishing: the manifest is in the store; the state and its event, together."""
    done = {"stage": "done", "fraction": 1.0, "message": ""}
    return _end(record, job, state=State.SUCCEEDED, progress=done)


def fail(record: Jobs, job: Job, problem: Problem) -> Job:
    """End with a reason."""
    return _end(record, job, state=State.FAILED, error=problem.document())


def end_cancelled(record: Jobs, job: Job) -> Job:
    """End because somebody asked; call it when the work has really stopped."""
    return _end(record, job, state=State.CANCELLED)


def retry(record: Jobs, job: Job) -> None:
    """Back into the queue after a fault of the machinery."""
    _write(record, job, state=State.QUEUED, owner=None, lease_until=None, progress=None, waiting_for=None)
    record.ring()


def give_back(record: Jobs, job: Job) -> None:
    """Let go of the lease without an attempt being counted: this worker stops, another goes on."""
    _write(record, job, lease_until=0.0, attempt=max(0, job.attempt - 1))
    record.ring()


def _end(record: Jobs, job: Job, **values: Any) -> Job:
    with record.engine.begin() as connection:
        ended = _update(connection, job, finished_at=time.time(), waiting_for=None, **values)
        put_in_outbox(connection, event_of(ended, record.service))
    record.release_holds(ended)
    record.ring()
    return ended


def _write(record: Jobs, job: Job, **values: Any) -> Job:
    with record.engine.begin() as connection:
        return _update(connection, job, **values)


def _update(connection: Connection, job: Job, **values: Any) -> Job:
    _fenced(connection, job)
    connection.execute(update(jobs).where(jobs.c.id == job.id).values(seq=jobs.c.seq + 1, **values))
    return job_of(connection.execute(select(*_COLUMNS).where(jobs.c.id == job.id)).one())


def _fenced(connection: Connection, job: Job) -> None:
    """Lock the row and make sure it is still ours."""
    ours = select(jobs.c.id).where(
        jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.state == State.RUNNING
    )
    if connection.execute(ours.with_for_update()).first() is None:
        raise LeaseLost
