"""The record of jobs, as clients of a service see it: submit, read, list, cancel, delete.

Submitting is an insert; after the commit the bell rings. What a worker does to a row is in ``lease.py``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from workbench.jobs.engine import reading
from workbench.jobs.events import event_of, put_in_outbox
from workbench.jobs.job import Job, Kind, State
from workbench.jobs.problems import IdempotencyConflict, StillRunning
from workbench.jobs.tables import job_log, jobs
from workbench.messages import Messages
from workbench.problems.common import JobFinished, NotFound
from workbench.store import Keys, Manifest, Manifests, Store

_COLUMNS = [jobs.c[name] for name in Job.__dataclass_fields__]


def job_of(row: Row[Any]) -> Job:
    """A row as a value."""
    values = dict(row._mapping)
    return Job(**values | {"state": State(values["state"])})


@dataclass(frozen=True)
class Page:
    """One page of a list; ``cursor`` is opaque and None at the end."""

    items: list[Job]
    cursor: str | None


class Jobs:
    """Jobs of one service."""

    def __init__(self, engine: Engine, messages: Messages, store: Store, service: str) -> None:
        self.engine = engine
        self.messages = messages
        self.store = store
        self.service = service
        self.bell = f"jobs.{service}"

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

        Raises NotFound or Deleted for a manifest the request names, IdempotencyConflict.
        """
        if idempotency_key and (known := self._by_idempotency_key(kind, team, idempotency_key)):
            return _same_request(known, request)
        if job_id and (known := self.find(job_id)):
            return known
        new_id = job_id or str(uuid.uuid4())
        holds = self._hold(kind, team, request, new_id)
        row: dict[str, Any] = {
            "id": new_id, "team": team, "kind": kind.name, "state": State.QUEUED, "name": name,
            "request": request, "idempotency_key": idempotency_key, "created_at": time.time(),
            "seq": 1, "attempt": 0, "fence": 0, "cancel_requested": False,
            "holds": [held.id for held in holds],
            "reuse_key": reuse_key(kind, request, holds),
        }  # fmt: skip
        try:
            with self.engine.begin() as connection:
                job = self._insert(connection, row)
        except IntegrityError:  # a racing twin was first: answer as if it had come before
            self._release(team, [held.id for held in holds], f"{kind.name}-{new_id}")
            twin = self.find(new_id) or self._by_idempotency_key(kind, team, idempotency_key or "")
            if twin is None:
                raise
            return twin
        if job.state.ended:
            self.release_holds(job)
        self.ring()
        return job

    def index(self, kind: str, manifest: Manifest, name: str | None) -> None:
        """A row for a manifest that another service has made; a repeat changes nothing."""
        if self.find(manifest.id) is not None:
            return
        now = time.time()
        row: dict[str, Any] = {
            "id": manifest.id, "team": manifest.team, "kind": kind, "state": State.SUCCEEDED, "name": name,
            "request": {}, "created_at": now, "started_at": now, "finished_at": now, "seq": 1, "attempt": 0,
            "fence": 0, "cancel_requested": False, "holds": [], "manifest": manifest.text(),
            "result": {"kind": manifest.kind, "id": manifest.id},
        }  # fmt: skip
        with contextlib.suppress(IntegrityError), self.engine.begin() as connection:
            connection.execute(insert(jobs).values(**row))
        self.ring()

    def _insert(self, connection: Connection, row: dict[str, Any]) -> Job:
        earlier = self._reusable(connection, row)
        if earlier is not None:
            now = time.time()
            row |= {"state": State.SUCCEEDED, "started_at": now, "finished_at": now, "result": earlier.result,
                    "manifest": earlier.manifest, "reused_from": earlier.id}  # fmt: skip
        connection.execute(insert(jobs).values(**row))
        job = self._read(connection, row["id"])
        if job.state.ended:
            put_in_outbox(connection, event_of(job, self.service))
        return job

    def _reusable(self, connection: Connection, row: dict[str, Any]) -> Job | None:
        if row["reuse_key"] is None:
            return None
        query = (
            select(*_COLUMNS)
            .where(
                jobs.c.team == row["team"],
                jobs.c.reuse_key == row["reuse_key"],
                jobs.c.state == State.SUCCEEDED,
                jobs.c.reused_from.is_(None),
            )
            .order_by(jobs.c.created_at.desc())
            .limit(1)
        )
        found = connection.execute(query).first()
        if found is None:
            return None
        earlier = job_of(found)
        gone = self.store.exists(Keys(earlier.team).tombstone((earlier.result or {}).get("id", earlier.id)))
        return None if gone else earlier

    def _hold(self, kind: Kind, team: str, request: dict[str, Any], job_id: str) -> list[Manifest]:
        manifests, held = Manifests(self.store, team), []
        holder = f"{kind.name}-{job_id}"
        try:
            for manifest_kind, manifest_id in kind.needs(request):
                held.append(manifests.hold(manifest_kind, manifest_id, holder))
        except Exception:
            self._release(team, [manifest.id for manifest in held], holder)
            raise
        return held

    def _release(self, team: str, ids: list[str], holder: str) -> None:
        for manifest_id in ids:
            Manifests(self.store, team).release(manifest_id, holder)

    def release_holds(self, job: Job) -> None:
        """Give back what an ended job needed, and drop what was uploaded for it; safe to repeat."""
        self._release(job.team, job.holds, job.holder)
        for upload in self.store.list(Keys(job.team).upload(job.id)):
            self.store.delete(upload.key)

    def ring(self) -> None:
        """Wake the workers, whoever follows a job, and the relay."""
        self.messages.ring(self.bell)
        self.messages.ring(f"outbox.{self.service}")

    # -- reading ------------------------------------------------------------------------------------

    def find(self, job_id: str) -> Job | None:
        """A job by its id alone; for messages, which name their team themselves."""
        with reading(self.engine).connect() as connection:
            row = connection.execute(select(*_COLUMNS).where(jobs.c.id == job_id)).first()
        return job_of(row) if row else None

    def get(self, kind: str, team: str, job_id: str) -> Job:
        """Raises NotFound, also for another team's id."""
        job = self.find(job_id)
        if job is None or job.team != team or job.kind != kind:
            raise NotFound(kind, job_id)
        return job

    def wait(self, kind: str, team: str, job_id: str, after: int, timeout_s: float) -> Job:
        """The job as soon as its ``seq`` is above ``after`` or it has ended, or after the timeout."""
        deadline = time.monotonic() + timeout_s
        while True:
            since = self.messages.heard(self.bell)
            job = self.get(kind, team, job_id)
            left = deadline - time.monotonic()
            if job.seq > after or job.state.ended or left <= 0:
                return job
            # The cap is the fallback for a bell rung in another process.
            self.messages.wait(self.bell, since, min(left, 1.0))

    def list(
        self, kind: str, team: str, *, limit: int = 50, cursor: str | None = None, state: str | None = None
    ) -> Page:
        """Newest first. Raises ValueError for a cursor that is not ours."""
        query = select(*_COLUMNS).where(jobs.c.kind == kind, jobs.c.team == team)
        if state:
            query = query.where(jobs.c.state == state)
        if cursor:
            created_at, _, last = cursor.partition("~")
            before = float.fromhex(created_at)
            query = query.where(
                or_(jobs.c.created_at < before, and_(jobs.c.created_at == before, jobs.c.id < last))
            )
        query = query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit + 1)
        with reading(self.engine).connect() as connection:
            found = [job_of(row) for row in connection.execute(query)]
        more = found[limit - 1] if len(found) > limit else None
        return Page(found[:limit], f"{more.created_at.hex()}~{more.id}" if more else None)

    def log(self, job: Job, offset: int) -> tuple[str, int]:
        """The kept log from ``offset`` (characters) on, and where it ends now."""
        query = (
            select(job_log.c.position, job_log.c.text)
            .where(job_log.c.job_id == job.id)
            .order_by(job_log.c.position)
        )
        with reading(self.engine).connect() as connection:
            rows = connection.execute(query).all()
        text = "".join(row.text for row in rows)
        return text[offset:], max(len(text), offset)

    # -- changing -----------------------------------------------------------------------------------

    def cancel(self, kind: str, team: str, job_id: str) -> Job:
        """Ask for an end. A queued job ends at once; a running one when its worker obeys. Raises JobFinished."""
        self.get(kind, team, job_id)
        with self.engine.begin() as connection:
            job = self._read(connection, job_id)
            if job.state.ended:
                raise JobFinished(job_id, job.state)
            values: dict[str, Any] = {"cancel_requested": True, "seq": job.seq + 1}
            if job.state is State.QUEUED:
                values |= {"state": State.CANCELLED, "finished_at": time.time(), "waiting_for": None}
            connection.execute(update(jobs).where(jobs.c.id == job_id).values(**values))
            job = self._read(connection, job_id)
            if job.state.ended:
                put_in_outbox(connection, event_of(job, self.service))
        if job.state.ended:
            self.release_holds(job)
        self.ring()
        return job

    def delete(self, kind: str, team: str, job_id: str) -> Job:
        """Forget an ended job; its manifest stays. Raises NotFound, StillRunning."""
        job = self.get(kind, team, job_id)
        if not job.state.ended:
            raise StillRunning(job_id, job.state)
        with self.engine.begin() as connection:
            connection.execute(delete(job_log).where(job_log.c.job_id == job_id))
            connection.execute(delete(jobs).where(jobs.c.id == job_id))
        return job

    def ahead_of(self, job: Job) -> int:
        """How many queued jobs of this service came before this one."""
        query = select(jobs.c.id).where(jobs.c.state == State.QUEUED, jobs.c.created_at < job.created_at)
        with reading(self.engine).connect() as connection:
            return len(connection.execute(query).all())

    def active(self) -> int:
        """How many jobs have not ended."""
        query = select(jobs.c.id).where(jobs.c.state.in_([State.QUEUED, State.RUNNING]))
        with reading(self.engine).connect() as connection:
            return len(connection.execute(query).all())

    def _read(self, connection: Connection, job_id: str) -> Job:
        row = connection.execute(select(*_COLUMNS).where(jobs.c.id == job_id)).first()
        if row is None:
            raise NotFound("job", job_id)
        return job_of(row)

    def _by_idempotency_key(self, kind: Kind, team: str, key: str) -> Job | None:
        query = select(*_COLUMNS).where(
            jobs.c.team == team, jobs.c.kind == kind.name, jobs.c.idempotency_key == key
        )
        with reading(self.engine).connect() as connection:
            row = connection.execute(query).first()
        return job_of(row) if row else None


def _same_request(known: Job, request: dict[str, Any]) -> Job:
    if known.request != request:
        raise IdempotencyConflict(known.id)
    return known


def reuse_key(kind: Kind, request: dict[str, Any], inputs: list[Manifest]) -> str | None:
    """Digest of the inputs' content, the options and the core's version; None when results are never reused."""
    if kind.version is None:
        return None
    ids = {manifest.id: manifest.facts.get("digest", manifest.id) for manifest in inputs}
    text = json.dumps([kind.name, kind.version, request], sort_keys=True)
    for manifest_id, digest in ids.items():
        text = text.replace(manifest_id, digest)
    return hashlib.sha256(text.encode()).hexdigest()
