"""Refusals of this service that no core makes."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class NotAnalysedYet(Problem):
    """The model is being analysed, which begins when somebody asks for the first time.

    Remedy: ask again after `retry_after_s`; `GET /v1/models/<id>/analysis` tells how far it is. It waits while a
    measurement has the machine for itself.
    """

    status = 503
    title = "The model is not analysed yet"
    model: str
    waiting_for: str | None = None
    retry_after_s: int = 3

    @property
    def detail(self) -> str:
        """What it waits for."""
        why = f" It waits for {self.waiting_for}." if self.waiting_for else ""
        return f"The analysis of model {self.model} has not ended.{why} Ask again in {self.retry_after_s} s."


@dataclass(eq=False)
class AnalysisFailed(Problem):
    """The model could not be analysed.

    Remedy: read `detail`; a minute later another attempt is made when somebody asks.
    """

    status = 409
    title = "The model could not be analysed"
    model: str
    reason: str

    @property
    def detail(self) -> str:
        """Why not."""
        return f"The analysis of model {self.model} has not succeeded: {self.reason}"
