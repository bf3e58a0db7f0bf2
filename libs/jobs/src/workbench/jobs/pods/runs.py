"""Runs that live elsewhere, as their launcher sees them: opened once, adopted by whoever holds the lease, closed.

A run outlives leases: it has an id of its own, made anew for each attempt, and not the fence. So the next dispatcher
adopts a living run without a word to its pod, and a pod whose run was closed can write nothing more.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from workbench.jobs.job import Job, State
from workbench.jobs.record.engine import alone, reading
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.rows import COLUMNS, job_of
from workbench.jobs.record.tables import jobs, runs
from workbench.jobs.working.inputs import sources
from workbench.jobs.working.lease import LeaseLost, batched
from workbench.runner import Exit, Launch
from workbench.runner.runs import Ticket
from workbench.runner.unpack import unpack
from workbench.store import Keys, ObjectMissing

OUTPUTS = "outputs.tar"
# A run may wait long for its device in a cluster; its token must outlast that, and the run itself.
LONGEST_WAIT_S = 7 * 24 * 3600.0


class Runs:
    """The runs of one service. Raises DatabaseAway and StoreAway."""

    def __init__(self, record: Jobs) -> None:
        self._record = record

    def open(self, job_id: str, launch: Launch, waits_s: float = LONGEST_WAIT_S) -> Ticket:
        """The run that the job has, or else a new one; of racing openers one wins, and all get its run. ``waits_s``:
        how long its token is good beside the time that the run itself may take.

        Raises LeaseLost when the job has ended, or waits to be claimed: nobody would ever close its run.
        """
        try:
            with self._record.engine.begin() as connection:
                going_on = select(*COLUMNS).where(jobs.c.id == job_id, jobs.c.state == State.RUNNING)
                found = connection.execute(going_on.with_for_update()).first()
                if found is None:
                    raise LeaseLost
                made = insert(runs).values(**_new(job_of(found), launch, waits_s)).returning(runs)
                return _ticket(connection.execute(made).one())
        except IntegrityError:
            return self.current(job_id) or self.open(job_id, launch, waits_s)

    def current(self, job_id: str) -> Ticket | None:
        """The run that the job has now."""
        row = self._row(job_id)
        return _ticket(row) if row else None

    def known(self, run_ids: list[str]) -> set[str]:
        """Those of these runs that are somebody's now."""
        found: set[str] = set()
        with reading(self._record.engine).connect() as connection:
            for some in batched(run_ids, 500):
                found |= set(connection.execute(select(runs.c.run).where(runs.c.run.in_(some))).scalars())
        return found

    def ended(self) -> set[str]:
        """The jobs whose run's end is known, and not yet worked off."""
        with reading(self._record.engine).connect() as connection:
            return set(connection.execute(select(runs.c.job_id).where(runs.c.exit.is_not(None))).scalars())

    def end(self, job_id: str, run: str, exit_: Exit) -> None:
        """Decide how a run has ended, unless that is known; from then on its pod writes nothing."""
        mine = (runs.c.job_id == job_id, runs.c.run == run, runs.c.exit.is_(None))
        with alone(self._record.engine).begin() as connection:
            connection.execute(update(runs).where(*mine).values(exit=asdict(exit_)))

    def close(self, job_id: str) -> str | None:
        """Forget the job's run and what it has left in the store; which run that was."""
        row = self._row(job_id)
        if row is None:
            return None
        key = outputs_key(row.team, job_id, row.run)
        if row.upload:
            self._record.store.abort_parts(key, row.upload)
        self._record.store.delete(key)
        with alone(self._record.engine).begin() as connection:
            connection.execute(delete(runs).where(runs.c.job_id == job_id, runs.c.run == row.run))
        return str(row.run)

    def collect(self, job_id: str, folder: Path) -> None:
        """Bring what the run has left to the folder; nothing where it left nothing. Raises BadDocument."""
        row = self._row(job_id)
        if row is None:
            return
        try:
            outputs = self._record.store.read(outputs_key(row.team, job_id, row.run))
            source: Any = _Chunks(outputs)  # tarfile asks for no more than read()
        except ObjectMissing:
            return
        unpack(source, folder)

    def _row(self, job_id: str) -> Row[Any] | None:
        with reading(self._record.engine).connect() as connection:
            return connection.execute(select(runs).where(runs.c.job_id == job_id)).first()


def outputs_key(team: str, job_id: str, run: str) -> str:
    """Where the one object of a run's outputs lies."""
    return f"{Keys(team).runs(job_id)}{run}/{OUTPUTS}"


def _new(job: Job, launch: Launch, waits_s: float) -> dict[str, Any]:
    inputs = {name: asdict(source) for name, source in sources(job, launch).items()}
    return {
        "job_id": job.id,
        "team": job.team,
        "run": secrets.token_hex(10),
        "secret": secrets.token_urlsafe(24),
        "expires_at": time.time() + waits_s + launch.limits.wall_s,
        "launch": asdict(launch) | {"inputs": inputs},
        "log_bytes": 0,
    }


def _ticket(row: Row[Any]) -> Ticket:
    exit_ = Exit(row.exit["reason"], row.exit.get("code"), row.exit.get("detail", "")) if row.exit else None
    return Ticket(
        row.run,
        token_of(row.job_id, row.secret),
        exit_,
        begun=row.pod is not None,
        team=row.team,
        target=row.launch.get("target"),
    )


def token_of(job_id: str, secret: str) -> str:
    """What whoever carries the run out shows at the desk."""
    return f"{job_id}.{secret}"


class _Chunks:
    """A stream of chunks as the file that tarfile reads."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._left = chunks, b""

    def read(self, size: int) -> bytes:
        while len(self._left) < size and (chunk := next(self._chunks, b"")):
            self._left += chunk
        given, self._left = self._left[:size], self._left[size:]
        return given
