"""Refusals of the profiler."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class DevicesNotKnownYet(Problem):
    """The devices are being looked for; a worker does that, since only a core may load OpenVINO.

    Remedy: ask again after `retry_after_s`. Should it last, see whether a worker of the profiler runs.
    """

    status = 503
    title = "The devices are not known yet"
    job: str
    retry_after_s: int = 5

    @property
    def detail(self) -> str:
        """Name the job that looks."""
        return f"Job {self.job} looks for devices and has not ended; try again in {self.retry_after_s} s."


@dataclass(eq=False)
class TargetsNotAnnounced(Problem):
    """The cluster's targets are counted and announced by the worker of the profiler, and it has not done so lately.

    Remedy: ask again after `retry_after_s`. Should it last, look at the profiler's worker: whether it runs, and what
    its log says. Requests that name a target are accepted meanwhile.
    """

    status = 503
    title = "The targets are not known at the moment"
    retry_after_s: int = 5

    @property
    def detail(self) -> str:
        """Who should have told."""
        return f"The profiler's worker has not counted the targets lately; try again in {self.retry_after_s} s."
