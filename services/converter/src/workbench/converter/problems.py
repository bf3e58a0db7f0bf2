"""Refusals of this service that no core makes."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.converter.values import no_such_input
from workbench.problems import Problem


@dataclass(eq=False)
class NoSuchInput(Problem):
    """The request speaks of an input that the model does not have.

    Remedy: name one of `inputs`; `workbench models show ID` (`GET /v1/models/<id>`) describes them.
    """

    status = 422
    title = "The model has no such input"
    field: str
    inputs: list[str]

    @property
    def detail(self) -> str:
        """Which one, and those there are."""
        return no_such_input(self.field, self.inputs)


@dataclass(eq=False)
class NothingLeftOpen(Problem):
    """Every input of the model would be frozen, so that nothing were left to infer.

    Remedy: leave `field` out, or that of another input.
    """

    status = 422
    title = "Every input would be frozen"
    field: str

    @property
    def detail(self) -> str:
        """The field of one of them."""
        return f"{self.field}: with every input frozen nothing is left to infer. Leave one open."
