"""The record of jobs, as clients of a service change it: submit, cancel, delete; how they are read is in ``known``.

Submitting is an insert; after the commit the bell rings. What a worker does to a row is in ``claim``
and ``lease``.
"""

from __future__ import annotations

import contextlib
import time
import uuid
import zlib
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Engine, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from workbench.jobs.job import Job, State
from workbench.jobs.kind import Kind
from workbench.jobs.problems import DatabaseAway, StillRunning
from workbench.jobs.record import holds, logs, stored
from workbench.jobs.record.accepting import accepted, done, refuse_unstorable, submitted
from workbench.jobs.record.engine import alone, reading
from workbench.jobs.record.events import event_of, put_in_outbox
from workbench.jobs.record.known import KnownJobs
from workbench.jobs.record.outlook import Outlook
from workbench.jobs.record.repeats import alike, same_or_refused
from workbench.jobs.record.reuse import reusable
from workbench.jobs.record.rows import COLUMNS, job_of
from workbench.jobs.record.storage import Storage
from workbench.jobs.record.tables import jobs
from workbench.jobs.record.words import named
from workbench.messages import Message, Messages
from workbench.problems import Problem
from workbench.problems.common import JobFinished, NotFound
from workbench.store import Manifest, Store

BELLS = 1024


class _NotAsked(Exception):
    """The database is away, and has not heard of the job."""


class Jobs(KnownJobs):
    """Jobs of one service. Everything here raises DatabaseAway when the database cannot be reached."""

    def __init__(self, engine: Engine, messages: Messages, store: Store, service: str) -> None:
        super().__init__(engine, messages, service)
        self.store = store
        self.storage = Storage(engine, store, service)
        self.outlook = Outlook(engine)
        self._manifests = holds.KnownManifests(store)

    # -- submitting ---------------------------------------------------------------------------------

    def submit(
        self,
        kind: Kind,
        team: str,
        request: dict[str, Any],
        *,
        job_id: str | None = None,
        name: str | None = None,
        idempotency_key: str | None = None,
    ) -> Job:
        """Accept a job; the same ``idempotency_key`` or ``job_id`` again answers with the job that has it.

        Raises NotFound or Deleted for a manifest the request names, what the kind's check raises, IdempotencyConflict,
        InvalidRequest for an id or a key that cannot be kept.
        """
        refuse_unstorable(job_id, idempotency_key)
        known = self._twin(kind, team, request, job_id, idempotency_key)
        if known is not None:
            return known
        new_id = job_id or str(uuid.uuid4())
        holder = f"{kind.name}-{new_id}"
        held = self._held(kind, team, request, holder)
        row = submitted(kind, team, request, held, id=new_id, name=name, idempotency_key=idempotency_key)
        try:
            job = self._insert(row)
        except IntegrityError:  # a racing twin was first: answer as if it had come before
            twin = self._twin(kind, team, request, new_id, idempotency_key)
            if twin is None or twin.id != new_id or twin.state.ended:  # else the holds are the twin's
                holds.release(self.store, team, row["holds"], holder)
            if twin is None:
                raise
            return twin
        except _NotAsked as away:
            holds.release(self.store, team, row["holds"], holder)
            raise DatabaseAway from away
        if job.state.ended:
            self.drop_uploads(job)
        else:
            self.outlook.joined(job)
        self.ring()
        return job

    def index(self, kind: str, manifest: Manifest, name: str | None) -> None:
        """A row for a manifest that another service has made; a repeat changes nothing."""
        if self.find(manifest.id) is not None:
            return
        result = {"kind": manifest.kind, "id": manifest.id}
        row = accepted(
            id=manifest.id,
            team=manifest.team,
            kind=kind,
            name=name,
            request={},
            holds=[],
            about=named({}, manifest.parents),
        )
        row |= done(row["created_at"], manifest.text(), result)
        with contextlib.suppress(IntegrityError), self.engine.begin() as connection:
            connection.execute(insert(jobs).values(**row))
        self.ring()

    def refuse(
        self, kind: Kind, team: str, request: dict[str, Any], job_id: str, name: str | None, rejection: Message
    ) -> None:
        """A job that failed before it began, so that whoever asked from afar finds why; a repeat changes nothing."""
        row = accepted(id=job_id, team=team, kind=kind.name, name=name, request=request, holds=[], target="")
        row |= {"state": State.FAILED, "error": rejection.data["error"], "finished_at": row["created_at"]}
        with contextlib.suppress(IntegrityError), self.engine.begin() as connection:
            connection.execute(insert(jobs).values(**row))
            put_in_outbox(connection, rejection)
        self.ring()

    def _insert(self, row: dict[str, Any]) -> Job:
        """Raises _NotAsked, or DatabaseAway when perhaps it is accepted: then it needs what it holds."""
        made = insert(jobs).values(**row).returning(*COLUMNS)
        with contextlib.ExitStack() as stack:
            try:
                with reading(self.engine).connect() as looking:
                    earlier = reusable(looking, self.store, row["team"], row["reuse_key"])
                engine = alone(self.engine) if earlier is None else self.engine
                connection = stack.enter_context(engine.begin())
            except DatabaseAway as away:
                raise _NotAsked from away
            if earlier is None:
                return job_of(connection.execute(made).one())
            reused = done(row["created_at"], earlier.manifest, earlier.result) | {"reused_from": earlier.id}
            job = job_of(connection.execute(made.values(**reused)).one())
            put_in_outbox(connection, event_of(job, self.service))
            self.release_holds(job)
            stored.count(connection, job)
            return job

    def _held(self, kind: Kind, team: str, request: dict[str, Any], holder: str) -> list[Manifest]:
        """What the request names; nothing stays held of one that the kind refuses."""
        held = self.hold(team, kind.needs(request), holder)
        try:
            kind.check(request, held)
        except Problem:
            holds.release(self.store, team, [manifest.id for manifest in held], holder)
            raise
        return held

    def _twin(self, kind: Kind, team: str, request: dict[str, Any], job_id: str | None, key: str | None) -> Job | None:
        """The job that this submission repeats. Raises IdempotencyConflict when it is another request's."""
        if key:
            same = and_(jobs.c.team == team, jobs.c.kind == kind.name, jobs.c.idempotency_key == key)
            with reading(self.engine).connect() as connection:
                row = connection.execute(select(*COLUMNS).where(same)).first()
            if row is not None:
                return same_or_refused(job_of(row), alike(job_of(row).request, request))
        known = self.find(job_id) if job_id else None
        return known and same_or_refused(known, known.team == team and known.kind == kind.name)

    def hold(self, team: str, needs: list[tuple[str, str]], holder: str) -> list[Manifest]:
        """Hold each (manifest kind, id) for ``holder``. Raises NotFound or Deleted, holding nothing."""
        return holds.hold(self._manifests, team, needs, holder)

    def release_holds(self, job: Job) -> None:
        """Give back what an ended job needed; safe to repeat."""
        holds.release(self.store, job.team, job.holds, job.holder)

    def drop_uploads(self, job: Job) -> None:
        """Drop what was uploaded for an ended job; safe to repeat."""
        if "files" in job.request:
            holds.drop_uploads(self.store, job.team, job.id)

    def ring(self) -> None:
        """Wake the workers, whoever follows a job, and the relay."""
        self.messages.ring(self.bell)
        self.messages.ring(f"outbox.{self.service}")

    def bell_of(self, job_id: str) -> str:
        """Rung for one job that drives others, and by chance for a few more: their number is bounded, not the jobs'."""
        return f"job-{zlib.crc32(job_id.encode()) % BELLS}.{self.service}"

    def call(self, job_id: str) -> None:
        """Wake whoever drives this job: there is news for it."""
        self.messages.ring(self.bell_of(job_id))

    # -- changing -----------------------------------------------------------------------------------

    def cancel(self, kind: str, team: str, job_id: str) -> Job:
        """Ask for an end. A queued job ends at once; a running one when its worker obeys. Raises JobFinished."""
        self.get(kind, team, job_id)
        with self.engine.begin() as connection:
            job = self._read(connection, job_id, lock=True)
            if job.state.ended:
                raise JobFinished(job_id, job.state)
            values: dict[str, Any] = {"cancel_requested": True, "seq": job.seq + 1}
            if job.state is State.QUEUED:
                values |= {"state": State.CANCELLED, "finished_at": time.time(), "waiting_for": None}
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
            job = self._read(connection, job_id)
            if job.state.ended:
                put_in_outbox(connection, event_of(job, self.service))
                self.release_holds(job)
                stored.count(connection, job)
        if job.state.ended:
            self.drop_uploads(job)
        self.ring()
        self.call(job_id)
        return job

    def delete(self, kind: str, team: str, job_id: str) -> Job:
        """Forget an ended job, and that its files count; its manifest stays. Raises NotFound, StillRunning."""
        job = self.get(kind, team, job_id)
        if not job.state.ended:
            raise StillRunning(job_id, job.state)
        with self.engine.begin() as connection:
            logs.forget(connection, job_id)
            connection.execute(delete(jobs).where(jobs.c.id == job_id))
            stored.release(connection, team, job_id)
            # What another service has made counts there: it hears of this.
            put_in_outbox(connection, replace(event_of(job, self.service), type=f"{job.kind}.deleted"))
        self.ring()
        return job

    def uncount(self, deleted: Message) -> None:
        """Somebody has deleted, at another service, what one of our jobs made: it counts no more."""
        self.storage.uncount(deleted.team, deleted.subject)

    def _read(self, connection: Connection, job_id: str, *, lock: bool = False) -> Job:
        query = select(*COLUMNS).where(jobs.c.id == job_id)
        row = connection.execute(query.with_for_update() if lock else query).first()
        if row is None:
            raise NotFound("job", job_id)
        return job_of(row)
