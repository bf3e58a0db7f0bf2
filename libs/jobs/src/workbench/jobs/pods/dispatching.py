"""One claimed job in steps that never wait for its run: begin it, look at it, stop it.

Each step answers with the job when it goes on, and with nothing when it is over, for us. Progress and log come from
the run's pod, by way of the desk; a step that only looks does not read the job's row.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from workbench.jobs.job import Job
from workbench.jobs.kind import Kind
from workbench.jobs.working import lease
from workbench.jobs.working.execution import AWAY, Execution
from workbench.runner import Launch, Launcher


class Place(Launcher, Protocol):
    """A launcher whose runs live elsewhere and tell of themselves."""

    def halt(self, folder: Path) -> bool:
        """Ask the run to end, without waiting: it changes nothing any more. Whether nothing of it is alive."""

    def watch(self, changed: Callable[[str], None]) -> None:
        """From now on tell the name of a run's folder whenever something about it changes."""

    def sweep(self) -> None:
        """End what runs there and nobody wants."""

    def targets(self) -> list[dict[str, Any]]:
        """The device types there, with how much of each is free."""


class _UnderWay(BaseException):
    """The run has not ended yet; no failure, so nothing that catches one may catch this."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.id)
        self.job = job


@dataclass(frozen=True)
class Dispatching(Execution):
    """See Execution; whose launcher is a Place. Every step raises LeaseLost, and what says a server is away."""

    launcher: Place

    def brings(self, job: Job) -> bool:
        """Whether beginning it takes as long as its files take to come."""
        return self.kinds[job.kind].brings(job)

    def begin(self, job: Job, *, claimed: bool) -> Job | None:
        """See that the job has a run, the one it has or a new one; what needs none ends at once.

        claimed: the job is as it was claimed a moment ago; else its row is read again.
        """
        return self._step(job, partial(self._adopt, claimed))

    def look(self, job: Job, *, telling: bool) -> Job | None:
        """Make of its run's end what its kind makes of it; until then say what it waits for, if ``telling``."""
        return self._step(job, partial(self._look, telling))

    def stop(self, job: Job) -> Job | None:
        """Somebody has asked for an end."""
        return self._step(job, lambda job: self._stop(lease.held(self.record, job)))

    def sweep(self) -> None:
        """Nothing lies in folders here that the cluster does not know better."""
        self.launcher.sweep()

    def _step(self, job: Job, action: Callable[[Job], Job | None]) -> Job | None:
        try:
            ended = self._guarded(job, action)
        except _UnderWay as under_way:
            return under_way.job
        except AWAY as away:
            self._tell_waiting(job, away)
            raise
        if ended is not None:
            self.clean(ended)
        return None

    def _adopt(self, claimed: bool, job: Job) -> Job | None:
        """A run that outlived its dispatcher goes on, and that is no attempt of the job's."""
        now = job if claimed else lease.held(self.record, job)
        first = now.fence == 1  # nobody has had it before, so it has no run
        if first or now.manifest or self.launcher.check(self.work / job.id).state == "absent":
            return self._advance(now)
        return self._look(True, lease.adopt(self.record, now, job.attempt))

    def _run(self, _kind: Kind, job: Job, launch: Launch) -> Job | None:
        """Instead of following the run: begun, it is looked at when it changes."""
        self.launcher.start(self.work / job.id, launch)
        raise _UnderWay(job)

    def _look(self, telling: bool, job: Job) -> Job | None:
        status = self.launcher.check(self.work / job.id)
        if status.state in ("waiting", "running"):
            raise _UnderWay(self._tell(job, status.waiting_for) if telling else job)
        job = lease.held(self.record, job)
        if job.manifest:
            return self._publish(job, job.manifest)
        lease.obey(job)
        if status.state == "absent":  # a run that was closed: begin again
            return self._advance(job)
        return self._conclude(self.kinds[job.kind], job, status.exit)

    def _tell(self, job: Job, waiting_for: str | None) -> Job:
        """The job with what was said last. A pod that begins says itself that it waits for nothing any more."""
        if waiting_for == job.waiting_for:
            return job
        if waiting_for != lease.held(self.record, job).waiting_for:
            lease.say_waiting(self.record, job, waiting_for)
        return replace(job, waiting_for=waiting_for)

    def _stop(self, job: Job) -> Job | None:
        if not self.launcher.halt(self.work / job.id):
            raise _UnderWay(job)
        return lease.end_cancelled(self.record, job)

    def _end_run(self, job: Job) -> None:
        """What is left of it may take its time: it changes nothing, and the next attempt is not given its device."""
        self.launcher.halt(self.work / job.id)
