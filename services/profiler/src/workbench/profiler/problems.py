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


@dataclass(eq=False)
class NotMeasuredTogether(Problem):
    """A profile was to be taken from one that did not measure its model.

    Remedy: give the id of the profile that was asked for with this model in `with_model_ids`, or measure the model.
    """

    status = 422
    title = "The model was not measured there"
    profile: str
    model: str
    measured: list[str]
    field: str = "from_profile_id"

    @property
    def detail(self) -> str:
        """What it did measure."""
        those = f"it measured the models {', '.join(self.measured)}" if self.measured else "it measured one model alone"
        return f"from_profile_id: profile {self.profile} did not measure model {self.model}: {those}."


@dataclass(eq=False)
class MeasuredElsewhere(Problem):
    """A profile was to be taken from another, with a target or device that is not where that was measured.

    Remedy: leave `field` out.
    """

    status = 422
    title = "It was measured elsewhere"
    field: str
    asked: str
    measured: str

    @property
    def detail(self) -> str:
        """Both."""
        return f"{self.field}: {self.asked} was asked for, and the profile was measured on {self.measured}."
