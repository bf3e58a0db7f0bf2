"""Refusals of this service that no core makes."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class RecipeRefused(Problem):
    """The defaults do not fit this model, or an override does not.

    Remedy: give the field that `field` names in `overrides`.
    """

    status = 422
    title = "No recipe can be made for this model"
    reason: str
    field: str

    @property
    def detail(self) -> str:
        """What is missing or wrong."""
        return self.reason
