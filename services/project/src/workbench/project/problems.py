"""Refusals of this service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.problems import Problem


@dataclass(eq=False)
class ModelNeedsHelp(Problem):
    """The model leaves something open that the pipeline cannot guess.

    Remedy: give `field`.
    """

    status = 422
    title = "The model leaves something open"
    field: str
    reason: str

    @property
    def detail(self) -> str:
        """What is open and how to say it."""
        return f"{self.field}: {self.reason}"


@dataclass(eq=False)
class TaskNotSure(Problem):
    """What the model is for is not sure from what is known of it, and everything else would be a guess on a guess.

    Remedy: give `task`: one of the guesses (`guesses`), or another that `workbench tasks list` (`GET /v1/tasks`) lists.
    """

    status = 422
    title = "The model's task is not sure"
    guesses: list[dict[str, Any]]
    dataset_tasks: list[str]
    field: str = "task"

    @property
    def detail(self) -> str:
        """Each task that it may be, and why."""
        known = "; ".join(f"{each['task']} is {each['sure']}: {each['why']}" for each in self.guesses)
        serves = f" The dataset is annotated for {', '.join(self.dataset_tasks)}." if self.dataset_tasks else ""
        return f"task: say what the model is for. {known}.{serves}"


@dataclass(eq=False)
class DatasetOfAnotherTask(Problem):
    """The dataset's annotations are of no use to the task.

    Remedy: give a task that the dataset serves, or a dataset that is annotated for the task.
    """

    status = 422
    title = "The dataset is annotated for another task"
    task: str
    dataset_tasks: list[str]
    field: str = "task"

    @property
    def detail(self) -> str:
        """Both."""
        return f"task: the dataset is annotated for {', '.join(self.dataset_tasks)}, not for {self.task}."


@dataclass(eq=False)
class StepFailed(Problem):
    """One step of the pipeline failed, and nothing sensible can be said without it.

    Remedy: `cause` is that step's own problem, with its own remedy.
    """

    status = 422
    title = "A step of the optimization failed"
    step: str
    cause: dict[str, Any]
    report: dict[str, Any] | None = None  # what had been measured by then, as the report of a success has it

    @property
    def detail(self) -> str:
        """Which step, and its reason."""
        return f"{self.step}: {self.cause.get('detail', 'no reason was given')}"
