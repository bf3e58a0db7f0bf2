"""Runs that live elsewhere, as their pods see them: what to do, how far it is, what came of it.

Every call names the run's token and the pod. It changes nothing when the job has another run by now, has ended, or
another pod of the same run has begun since: then it raises RunGone, and the pod ends.
"""

from __future__ import annotations

import contextlib
import hmac
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from sqlalchemy import Connection, Row, select, update
from workbench.fields.text import storable
from workbench.jobs.job import Job, State
from workbench.jobs.pods.runs import outputs_key
from workbench.jobs.problems import RunGone
from workbench.jobs.record import logs
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.rows import COLUMNS, job_of, nameable
from workbench.jobs.record.tables import jobs, runs
from workbench.jobs.working import lease
from workbench.problems.common import InvalidRequest, NotFound
from workbench.runner.agent.protocol import PART_BYTES
from workbench.store import ObjectMissing, Part, PartMismatch, Store, UploadMissing

URL_S = 3600
BESIDE_BYTES = 1 << 30  # of log, progress and the tar's own


@dataclass(frozen=True)
class Caller:
    """Who asks: the token as it was sent, and the pod's uid."""

    token: str
    pod: str


@dataclass(frozen=True)
class Report:
    """News of a run. ``log_bytes``: where in the pod's log ``log`` begins; ``next_bytes``: where it ends."""

    progress: dict[str, Any] | None
    log: str
    log_bytes: int
    next_bytes: int


class Desk:
    """store: one whose pre-signed URLs hold inside the cluster. signed: whether bytes go by such URLs; else by here.
    clock: seconds since the epoch, for how long tokens are good."""

    def __init__(
        self, record: Jobs, store: Store, *, signed: bool = True, clock: Callable[[], float] = time.time
    ) -> None:
        self._record, self._store, self._signed, self._clock = record, store, signed, clock

    def begin(self, caller: Caller) -> dict[str, Any]:
        """The launch, its inputs with URLs for an hour; a pod that begins takes the run from one before it."""
        with self._mine(caller, taking=True) as (connection, row, job):
            if row.pod != caller.pod:
                logs.forget(connection, job.id)
                connection.execute(_of(row).values(pod=caller.pod, log_bytes=0, upload=None))
            if job.waiting_for is not None:
                connection.execute(update(jobs).where(jobs.c.id == job.id).values(waiting_for=None, seq=jobs.c.seq + 1))
        if row.upload and row.pod != caller.pod:
            self._store.abort_parts(outputs_key(job.team, job.id, row.run), row.upload)
        self._record.messages.ring(self._record.bell)
        launch = dict(row.launch)
        inputs = {name: self._input(source) for name, source in launch.pop("inputs").items()}
        return {**launch, "inputs": inputs}

    def report(self, caller: Caller, report: Report) -> dict[str, Any]:
        """Keep progress and log; a piece of the log that came before is not kept twice.

        Answers from which byte of its log the pod goes on, and whether somebody wants the run to stop.
        """
        with self._mine(caller) as (connection, row, job):
            log_bytes = int(row.log_bytes)
            if report.log_bytes == log_bytes and report.next_bytes > log_bytes:
                logs.append(connection, job.id, report.log)
                log_bytes = report.next_bytes
                connection.execute(_of(row).values(log_bytes=log_bytes))
            changed = self._progress(connection, job, report.progress)
        if changed is not None:
            lease.spread(self._record, changed)
        return {"log_bytes": log_bytes, "stop": job.cancel_requested}

    def part_url(self, caller: Caller, number: int, size_bytes: int) -> str:
        """Where the pod puts the next part of its outputs."""
        with self._mine(caller) as (connection, row, job):
            key, upload = outputs_key(job.team, job.id, row.run), row.upload
            if upload is None:
                upload = self._store.begin_parts(key)
                connection.execute(_of(row).values(upload=upload))
        url = self._store.part_url(key, upload, number, size_bytes, URL_S)
        assert url is not None, "pods need a store with pre-signed URLs"
        return url

    def read_input(self, caller: Caller, name: str) -> Iterator[bytes]:
        """One of its inputs, whose run has begun. Raises NotFound."""
        with self._mine(caller) as (_, row, _job):
            source = row.launch["inputs"].get(name)
        try:
            if source is not None:
                return self._store.read(source["key"])
        except ObjectMissing:
            pass
        raise NotFound("input", name)

    def put_part(self, caller: Caller, number: int, source: BinaryIO) -> Part:
        """The next part of its outputs, as it arrives; as many as the run may have on its disk, no more."""
        with self._mine(caller) as (connection, row, job):
            key, upload = outputs_key(job.team, job.id, row.run), row.upload
            most = row.launch["limits"]["disk_bytes"] + BESIDE_BYTES
            if (number - 1) * PART_BYTES > most:
                raise InvalidRequest({"number": f"the run may leave {most} bytes"})
            if upload is None:
                upload = self._store.begin_parts(key)
                connection.execute(_of(row).values(upload=upload))
        try:
            return self._store.put_part(key, upload, number, source)
        except UploadMissing:
            raise RunGone("it has ended") from None

    def end(self, caller: Caller, exit_: dict[str, Any], parts: Sequence[Part]) -> None:
        """The run has ended like this and its outputs are in these parts; safe to repeat."""
        with self._mine(caller, ended=True) as (_, row, job):
            known = row.exit
        if known is not None:
            return
        if parts:
            self._complete(outputs_key(job.team, job.id, row.run), row.upload, parts)
        kept = {"reason": exit_["reason"], "code": exit_.get("code"), "detail": storable(str(exit_.get("detail", "")))}
        with self._mine(caller, ended=True) as (connection, row, _):
            if row.exit is None:
                connection.execute(_of(row).values(exit=kept, upload=None))
        self._record.ring()

    def _complete(self, key: str, upload: str | None, parts: Sequence[Part]) -> None:
        try:
            if upload is None:
                raise PartMismatch("no part has been asked for")
            self._store.complete_parts(key, upload, parts)
        except (PartMismatch, UploadMissing) as fault:
            raise InvalidRequest({"parts": str(fault)}) from None

    @contextlib.contextmanager
    def _mine(
        self, caller: Caller, *, taking: bool = False, ended: bool = False
    ) -> Iterator[tuple[Connection, Row[Any], Job]]:
        """The run's row, locked, and its job. ``taking``: the pod need not be the one that may write yet."""
        job_id, _, secret = caller.token.partition(".")
        if not nameable(job_id, 64) or not nameable(caller.pod, 64) or not caller.pod:
            raise RunGone("its token is none")
        with self._record.engine.begin() as connection:
            row = connection.execute(select(runs).where(runs.c.job_id == job_id).with_for_update()).first()
            if row is None or not hmac.compare_digest(row.secret.encode(), secret.encode(errors="replace")):
                raise RunGone("the job has another run, or none")
            if self._clock() > row.expires_at:
                raise RunGone("its token has expired")
            found = connection.execute(select(*COLUMNS).where(jobs.c.id == job_id)).first()
            if found is None or found.state != State.RUNNING or (row.exit is not None and not ended):
                raise RunGone("it has ended")
            if row.pod != caller.pod and not taking:
                raise RunGone("another pod has begun it again")
            yield connection, row, job_of(found)

    def _progress(self, connection: Connection, job: Job, progress: dict[str, Any] | None) -> Job | None:
        if progress is None or progress == job.progress:
            return None
        values = {"progress": progress, "waiting_for": None, "seq": jobs.c.seq + 1}
        mine = (jobs.c.id == job.id, jobs.c.state == State.RUNNING)
        connection.execute(update(jobs).where(*mine).values(**values))
        return job_of(connection.execute(select(*COLUMNS).where(jobs.c.id == job.id)).one())

    def _input(self, source: dict[str, Any]) -> dict[str, Any]:
        if not self._signed:
            return {"sha256": source["sha256"]}
        url = self._store.read_url(source["key"], URL_S)
        assert url is not None, "pods need a store with pre-signed URLs"
        return {"url": url, "sha256": source["sha256"]}


def _of(row: Row[Any]) -> Any:
    return update(runs).where(runs.c.job_id == row.job_id, runs.c.run == row.run)
