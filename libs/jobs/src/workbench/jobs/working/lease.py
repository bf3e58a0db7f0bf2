"""The record of jobs, as a worker that holds a lease sees it: write under a fence, end once.

Every write here names the fence it was claimed with. A worker that lost its lease matches no row
and gets LeaseLost: it can change nothing any more.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from workbench.fields.text import storable
from workbench.jobs.job import Job, State
from workbench.jobs.record import logs, stored
from workbench.jobs.record.engine import alone, reading
from workbench.jobs.record.events import event_of, put_in_outbox
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.rows import COLUMNS, job_of
from workbench.jobs.record.tables import jobs
from workbench.jobs.working import metrics
from workbench.jobs.working.clock import now
from workbench.problems import Problem


class LeaseLost(Exception):
    """Another worker holds this job now."""


class Cancelled(Exception):
    """Somebody asked for this job to end."""


def renew(record: Jobs, holding: Iterable[Job], lease_s: float) -> None:
    """Extend these leases; one that was lost stays lost."""
    ids: dict[int, list[str]] = {}
    for job in holding:
        ids.setdefault(job.fence, []).append(job.id)
    for fence, same in ids.items():
        for some in batched(same, 500):
            ours = (jobs.c.state == State.RUNNING, jobs.c.fence == fence, jobs.c.id.in_(some))
            with alone(record.engine).begin() as connection:
                connection.execute(update(jobs).where(*ours).values(lease_until=now(connection) + lease_s))


def expire_leases(record: Jobs) -> None:
    """For the one process that knows every other holder is dead: their jobs may be claimed at once."""
    with record.engine.begin() as connection:
        connection.execute(update(jobs).where(jobs.c.state == State.RUNNING).values(lease_until=0.0))


def report(record: Jobs, job: Job, progress: dict[str, Any] | None, waiting_for: str | None) -> None:
    """Write progress. Raises LeaseLost, or Cancelled when somebody asked for that."""
    _tell(record, job, progress=progress, waiting_for=storable(waiting_for) if waiting_for else None)


def say_waiting(record: Jobs, job: Job, waiting_for: str | None) -> None:
    """See report; the progress stays as it is, since somebody else may be writing it."""
    _tell(record, job, waiting_for=storable(waiting_for) if waiting_for else None)


def _tell(record: Jobs, job: Job, **values: Any) -> None:
    changed = _write(record, job, **values)
    spread(record, changed)
    obey(changed)


def spread(record: Jobs, changed: Job) -> None:
    """The news of a job that has not ended."""
    record.messages.ring(record.bell)
    # Not through the outbox: the next report, or the end, makes up for one that is lost.
    with contextlib.suppress(Exception):
        record.messages.publish(event_of(changed, record.service))


def held(record: Jobs, job: Job) -> Job:
    """The job as it is now. Raises LeaseLost."""
    current = record.find(job.id)
    if current is None or current.fence != job.fence or current.state is not State.RUNNING:
        raise LeaseLost
    return current


def standing(record: Jobs, holding: Iterable[Job]) -> dict[tuple[str, int], bool]:
    """How these jobs stand now, by id and fence: one that is not ours any more has another fence, or is missing.

    True where somebody has asked for an end.
    """
    ids = {job.id for job in holding}
    found: dict[tuple[str, int], bool] = {}
    query = select(jobs.c.id, jobs.c.fence, jobs.c.cancel_requested).where(jobs.c.state == State.RUNNING)
    with reading(record.engine).connect() as connection:
        for some in batched(ids, 500):
            rows = connection.execute(query.where(jobs.c.id.in_(some))).all()
            found |= {(row.id, row.fence): row.cancel_requested for row in rows}
    return found


def batched(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """In lists of at most ``size``: what one statement names."""
    left = list(ids)
    while left:
        yield left[:size]
        left = left[size:]


def check(record: Jobs, job: Job) -> None:
    """Raises LeaseLost or Cancelled; writes nothing."""
    obey(held(record, job))


def obey(job: Job) -> None:
    """Raises Cancelled for a job that, when it was read, somebody had asked to end."""
    if job.cancel_requested:
        raise Cancelled


def note_brought(record: Jobs, job: Job, brought: dict[str, Any]) -> Job:
    """What was brought for it is staged: from now on its request says so. Raises LeaseLost, Cancelled."""
    changed = _write(record, job, request={**job.request, **brought})
    obey(changed)
    return changed


def append_log(record: Jobs, job: Job, text: str) -> None:
    """Keep more of the log, as far as there is room. Raises LeaseLost."""
    with record.engine.begin() as connection:
        _fenced(connection, job)
        logs.append(connection, job.id, text)


def forget_log(record: Jobs, job: Job) -> None:
    """Begin the log again. Raises LeaseLost."""
    with record.engine.begin() as connection:
        _fenced(connection, job)
        logs.forget(connection, job.id)


def accept_manifest(record: Jobs, job: Job, text: str, result: dict[str, Any]) -> Job:
    """First half of publishing: the manifest's text and result are now decided, under the fence.

    Raises LeaseLost, or Cancelled: this is the last moment at which a cancel is obeyed.
    """
    with record.engine.begin() as connection:
        accepted = _update(connection, job, manifest=text, result=result)
        obey(accepted)
    return accepted


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


def retry(record: Jobs, job: Job, *, crashed: bool = False) -> None:
    """Back into the queue after a fault of the machinery; ``crashed`` by itself, which is counted."""
    crashes = jobs.c.crashes + int(crashed)
    _write(
        record, job, state=State.QUEUED, owner=None, lease_until=None, progress=None, waiting_for=None, crashes=crashes
    )
    record.ring()
    metrics.RETRIES.labels(job.kind).inc()


def adopt(record: Jobs, job: Job, claimed_attempt: int) -> Job:
    """Its run goes on under a new holder: the claim, which made it this attempt, was none. Safe to repeat."""
    return _write(record, job, attempt=max(1, claimed_attempt - 1))


def give_back(record: Jobs, job: Job) -> None:
    """Let go of the lease without an attempt being counted: this worker stops, another goes on.

    The fence goes up at once, so that what this worker still carries out finds its lease lost.
    """
    _write(record, job, lease_until=0.0, attempt=max(0, job.attempt - 1), fence=jobs.c.fence + 1)
    record.ring()
    record.call(job.id)


def _end(record: Jobs, job: Job, **values: Any) -> Job:
    with record.engine.begin() as connection:
        ended = _update(connection, job, finished_at=time.time(), waiting_for=None, **values)
        put_in_outbox(connection, event_of(ended, record.service))
        stored.count(connection, ended)
        # Before the commit, while the fence is known to be ours: whoever dies in between does it again.
        record.release_holds(ended)
    record.drop_uploads(ended)
    record.ring()
    metrics.ended(ended)
    return ended


def _write(record: Jobs, job: Job, **values: Any) -> Job:
    with alone(record.engine).begin() as connection:
        return _update(connection, job, **values)


def _update(connection: Connection, job: Job, **values: Any) -> Job:
    changed = update(jobs).where(*_ours(job)).values(seq=jobs.c.seq + 1, **values).returning(*COLUMNS)
    row = connection.execute(changed).first()
    if row is None:
        raise LeaseLost
    return job_of(row)


def _fenced(connection: Connection, job: Job) -> None:
    """Lock the row and make sure it is still ours."""
    if connection.execute(select(jobs.c.id).where(*_ours(job)).with_for_update()).first() is None:
        raise LeaseLost


def _ours(job: Job) -> tuple[ColumnElement[bool], ...]:
    return jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.state == State.RUNNING
