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
