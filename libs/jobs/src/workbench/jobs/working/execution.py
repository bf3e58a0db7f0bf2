"""One claimed job from its plan to its end: stage, start, follow, publish.

Whoever holds the lease may begin at any line of this: a run that is alive is adopted, one that has
ended is read, a manifest that was accepted is written again with the same bytes.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from workbench.jobs.job import Job
from workbench.jobs.kind import Kind, Made
from workbench.jobs.problems import DatabaseAway, TooManyAttempts
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.working import exits, lease, metrics, staging
from workbench.jobs.working.conductor import Conductor
from workbench.jobs.working.failures import failure
from workbench.jobs.working.inputs import fetch
from workbench.jobs.working.providing import Provide, missing
from workbench.problems import Problem
from workbench.problems.common import InternalError, RunFailed, RunRefused, StorageFull
from workbench.runner import Exit, Launch, Launcher, PlaceAway, read_outcome
from workbench.store import File, Manifest, Manifests, NoRoom, StoreAway

log = structlog.get_logger()
# A server is away, not the job at fault.
AWAY = (DatabaseAway, StoreAway, PlaceAway)
STORE_AWAY = "the object store, which does not answer or has no room"
PLACE_AWAY = "the cluster, which does not answer or takes no run now"
AWAY_PAUSES_S = (0.2, 0.5, 1.0, 2.0, 5.0)


def _nowhere(_launch: Launch) -> bool:
    return False


@dataclass(frozen=True)
class Execution:
    """What is needed to carry any job of this service to its end. ``provide``: see Adapters. ``elsewhere``: whether
    somebody else brings a run its inputs, and tells its progress and log."""

    record: Jobs
    kinds: Mapping[str, Kind]
    launcher: Launcher
    work: Path
    provide: Provide | None = None
    elsewhere: Callable[[Launch], bool] = _nowhere

    def carry_out(self, job: Job) -> None:
        """Bring the job to an end, or give up the lease; never raises for what a job can do wrong.

        A database, broker or store that is away is waited for: that is no attempt of the job's. Should
        the lease run out meanwhile and another worker take the job, this one finds out and lets go.
        """
        pauses = itertools.chain(AWAY_PAUSES_S, itertools.repeat(AWAY_PAUSES_S[-1]))
        for pause_s in pauses:
            try:
                ended = self._to_its_end(job)
                if ended is not None:
                    self.clean(ended)
                return
            except lease.LeaseLost:
                log.info("job.lease_lost", job=job.id, fence=job.fence)
                metrics.LEASE_LOSSES.labels(job.kind).inc()
                return  # the folder is the new holder's now
            except AWAY as error:
                log.warning("job.waits_for_server", job=job.id, reason=str(error))
                self._tell_waiting(job, error)
                time.sleep(pause_s)

    def clean(self, job: Job) -> None:
        """Nothing of an ended job's runs is needed any more; safe to repeat."""
        self.launcher.forget(self.work / job.id)
        staging.drop(self.record.store, job)

    def _tell_waiting(self, job: Job, error: Exception) -> None:
        """So that whoever looks sees more than a job that stands still; the next try finds all else out."""
        if isinstance(error, DatabaseAway):
            return
        waiting_for = STORE_AWAY if isinstance(error, StoreAway) else PLACE_AWAY
        with contextlib.suppress(lease.LeaseLost, lease.Cancelled, DatabaseAway):
            if lease.held(self.record, job).waiting_for != waiting_for:
                lease.say_waiting(self.record, job, waiting_for)

    def sweep(self) -> None:
        """Remove the folders of jobs that have ended: somebody died, or lost the job, before it could."""
        for folder in self.work.iterdir():
            job = self.record.find(folder.name.partition(".")[0])
            if job is None or job.state.ended:
                self.launcher.stop(folder)
                self.launcher.forget(folder)

    def _to_its_end(self, job: Job) -> Job | None:
        """The ended job, or None when it is queued again. Raises LeaseLost, and what says a server is away."""
        return self._guarded(job, lambda job: self._advance(lease.held(self.record, job)))

    def _guarded(self, job: Job, action: Callable[[Job], Job | None]) -> Job | None:
        """Do it; whatever a job can do wrong ends it, or gives it another attempt."""
        try:
            return action(job)
        except (lease.LeaseLost, *AWAY):
            raise
        except lease.Cancelled:
            return self._stop(job)
        except NoRoom:
            return self._fail(job, StorageFull(f"the files of this {job.kind}"))
        except Problem as problem:
            return lease.fail(self.record, job, problem)
        except Exception:
            incident = uuid.uuid4().hex[:12]
            log.exception("job.defect", job=job.id, incident=incident)
            return self._after_fault(job, InternalError(incident))

    def _advance(self, job: Job) -> Job | None:
        kind = self.kinds[job.kind]
        if job.manifest:
            return self._publish(job, job.manifest)
        lease.obey(job)
        if job.attempt > kind.max_attempts:
            self._end_run(job)  # a worker may have died under a run that lives
            raise TooManyAttempts(kind.max_attempts, (job.progress or {}).get("message") or "the worker died")
        manifests = Manifests(self.record.store, job.team)
        if kind.conduct is not None:
            return self._accept(job, kind.conduct(Conductor(self.record, job, manifests)))
        if kind.bring is not None and kind.brings(job):
            job = lease.note_brought(self.record, job, kind.bring(Conductor(self.record, job, manifests)))
        assert kind.plan is not None, f"kind {kind.name} neither plans nor conducts"
        launch = kind.plan(job, manifests)
        if launch is None:
            return self._accept(job, self._made(kind, job, {}, ()))
        return self._run(kind, job, launch)

    def _run(self, kind: Kind, job: Job, launch: Launch) -> Job | None:
        folder = self.work / job.id
        exit_ = self._exited(job, launch, folder)
        if self.provide is not None and (name := missing(folder, exit_)):
            self.provide(name, Conductor(self.record, job, Manifests(self.record.store, job.team)))
            self.launcher.forget(folder)
            exit_ = self._exited(job, launch, folder)
        return self._conclude(kind, job, exit_)

    def _exited(self, job: Job, launch: Launch, folder: Path) -> Exit | None:
        if self.elsewhere(launch):
            self.launcher.start(folder, launch)
            return exits.awaited(self.record, self.launcher, job, folder)
        self._stage(job, launch, folder)
        self.launcher.start(folder, launch)
        return exits.followed(self.record, self.launcher, job, folder, quiet=launch.exclusive)

    def _conclude(self, kind: Kind, job: Job, exit_: Exit | None) -> Job | None:
        """What has become of a run that has ended becomes of its job."""
        outcome = read_outcome(self.work / job.id, exit_)
        if outcome.refusal is not None:
            facts = dict(outcome.refusal)
            raise RunRefused(facts.pop("kind", "Refused"), facts.pop("detail", "The input was refused."), facts)
        if outcome.reason == "disk_full":
            return self._fail(job, StorageFull(f"the files of this {job.kind}", outcome.detail))
        if outcome.result is None:
            failed = failure(lease.held(self.record, job), outcome, exit_, self.work / job.id)
            if failed.again:
                return self._after_fault(job, failed.problem, crashed=failed.crashed)
            return self._fail(job, failed.problem)
        files = self._keep_files(job, outcome.files)
        return self._accept(job, self._made(kind, job, outcome.result, files))

    def _fail(self, job: Job, problem: Problem) -> Job:
        """Its files go first: on a full disk they are what leaves the record no room to say so."""
        lease.held(self.record, job)
        self.launcher.forget(self.work / job.id)
        return lease.fail(self.record, job, problem)

    def _stage(self, job: Job, launch: Launch, folder: Path) -> None:
        """Copy the inputs beside a spec; the folder appears only when it is complete."""
        if folder.exists():  # adopted: its log is read again from the start
            lease.forget_log(self.record, job)
            return
        draft = self.work / f"{job.id}.{job.fence}.part"
        shutil.rmtree(draft, ignore_errors=True)
        try:
            fetch(self.record.store, job, launch, draft / "inputs")
            (draft / "spec.json").write_text(json.dumps(launch.spec))
            draft.rename(folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _keep_files(self, job: Job, outputs: Mapping[str, Path]) -> tuple[File, ...]:
        """Hash the outputs while they stream to staging, then copy them to where their digest names them."""
        return tuple(staging.keep(self.record.store, job, name, path) for name, path in outputs.items())

    def _made(self, kind: Kind, job: Job, result: dict[str, Any], files: tuple[File, ...]) -> Made:
        assert kind.publish is not None, f"kind {kind.name} has no publish"
        return kind.publish(job, result, files, Manifests(self.record.store, job.team))

    def _accept(self, job: Job, made: Made) -> Job:
        created = datetime.now(UTC).isoformat()
        manifest = Manifest(made.kind, job.id, job.team, created, made.files, made.facts, made.parents)
        result = {"kind": made.kind, "id": job.id}
        lease.accept_manifest(self.record, job, manifest.text(), result)
        return self._publish(job, manifest.text())

    def _publish(self, job: Job, text: str) -> Job:
        staging.assure(self.record.store, job, Manifest.parse(text).files)
        Manifests(self.record.store, job.team).write(text)
        return lease.succeed(self.record, job)

    def _stop(self, job: Job) -> Job | None:
        self.launcher.stop(self.work / job.id)
        return lease.end_cancelled(self.record, job)

    def _end_run(self, job: Job) -> None:
        """So that it changes nothing any more."""
        self.launcher.stop(self.work / job.id)

    def _after_fault(self, job: Job, problem: Problem, *, crashed: bool = False) -> Job | None:
        """Back into the queue while there are attempts left; the folder is of no more use either way."""
        job = lease.held(self.record, job)  # else its run is somebody else's
        self._end_run(job)
        if job.attempt >= self.kinds[job.kind].max_attempts:
            remedy = problem.document().get("remedy", "") if isinstance(problem, RunFailed) else ""
            return lease.fail(self.record, job, TooManyAttempts(job.attempt, problem.detail, remedy))
        lease.append_log(self.record, job, f"\nattempt {job.attempt}: {problem.detail} Trying again.\n")
        self.launcher.forget(self.work / job.id)
        lease.retry(self.record, job, crashed=crashed)
        return None
