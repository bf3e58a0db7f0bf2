"""Refusals that only the embedded workbench makes."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class EnvironmentNotMade(Problem):
    """The model is read in an environment of its own, which was not made here when it was needed.

    Remedy: make the environment `environment` on this machine, `workbench environments install NAME`, once with the
    package index in reach (pip's own settings say where that is); afterwards no network is needed. Then ask again.
    """

    status = 503
    title = "The environment that reads this model is not there"
    environment: str
    reason: str

    @property
    def detail(self) -> str:
        """Why not, and the command."""
        return (
            f"The environment {self.environment} is not installed and was not made: {self.reason}. Run "
            f"`workbench environments install {self.environment}`."
        )
