"""Refusals of this service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.problems import Problem


@dataclass(eq=False)
class ModelNeedsHelp(Problem):
    """The model leaves something open that the pipeline cannot guess.

    Remedy: give what `field` names.
    """

    status = 422
    title = "The model leaves something open"
    field: str
    reason: str

    @property
    def detail(self) -> str:
        """What is open and how to say it."""
        return self.reason


@dataclass(eq=False)
class StepFailed(Problem):
    """One step of the pipeline failed, and nothing sensible can be said without it.

    Remedy: `cause` is that step's own problem, with its own remedy.
    """

    status = 422
    title = "A step of the optimization failed"
    step: str
    cause: dict[str, Any]

    @property
    def detail(self) -> str:
        """Which step, and its reason."""
        return f"{self.step}: {self.cause.get('detail', 'no reason was given')}"
