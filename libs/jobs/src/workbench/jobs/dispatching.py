"""One claimed job in steps that never wait for its run: begin it, look at it, stop it.

Each step answers whether the job is over, for us. Progress and log come from the run's pod, by way of the desk.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from workbench.jobs import lease
from workbench.jobs.execution import AWAY, Execution
from workbench.jobs.job import Job, Kind
from workbench.runner import Launch, Launcher


class Place(Launcher, Protocol):
    """A launcher whose runs live elsewhere and tell of themselves."""

    def watch(self, changed: Callable[[str], None]) -> None:
        """From now on tell the name of a run's folder whenever something about it changes."""

    def sweep(self) -> None:
        """End what runs there and nobody wants."""

    def targets(self) -> list[dict[str, Any]]:
        """The device types there, with how much of each is free."""


class _UnderWay(BaseException):
    """The run has not ended yet; no failure, so nothing that catches one may catch this."""


@dataclass(frozen=True)
class Dispatching(Execution):
    """See Execution; whose launcher is a Place. Every step raises LeaseLost, and what says a server is away."""

    launcher: Place

    def begin(self, job: Job) -> bool:
        """See that the job has a run, the one it has or a new one; what needs none ends at once."""
        return self._step(job, partial(self._adopt, job.attempt))

    def look(self, job: Job) -> bool:
        """Say what it waits for, or make of its end what its kind makes of it."""
        return self._step(job, self._look)

    def stop(self, job: Job) -> bool:
        """Somebody has asked for an end."""
        return self._step(job, self._stop)

    def sweep(self) -> None:
        """Nothing lies in folders here that the cluster does not know better."""
        self.launcher.sweep()

    def _step(self, job: Job, action: Callable[[Job], Job | None]) -> bool:
        try:
            ended = self._guarded(job, action)
        except _UnderWay:
            return False
        except AWAY as away:
            self._tell_waiting(job, away)
            raise
        if ended is not None:
            self.clean(ended)
        return True

    def _adopt(self, claimed_attempt: int, job: Job) -> Job | None:
        """A run that outlived its dispatcher goes on, and that is no attempt of the job's."""
        if job.manifest or self.launcher.check(self.work / job.id).state == "absent":
            return self._advance(job)
        return self._look(lease.adopt(self.record, job, claimed_attempt))

    def _run(self, _kind: Kind, job: Job, launch: Launch) -> Job | None:
        """Instead of following the run: begun, it is looked at when it changes."""
        self.launcher.start(self.work / job.id, launch)
        raise _UnderWay

    def _look(self, job: Job) -> Job | None:
        if job.manifest:
            return self._publish(job, job.manifest)
        lease.obey(job)
        status = self.launcher.check(self.work / job.id)
        if status.state == "absent":  # a run that was closed: begin again
            return self._advance(job)
        if status.state == "exited":
            return self._conclude(self.kinds[job.kind], job, status.exit)
        waiting_for = status.waiting_for if status.state == "waiting" else None
        if waiting_for != job.waiting_for:
            lease.say_waiting(self.record, job, waiting_for)
        raise _UnderWay
