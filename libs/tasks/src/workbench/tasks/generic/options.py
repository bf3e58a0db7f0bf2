"""There is nothing to set. What no other room does is told here by what it looks like. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.tasks.generic import looks
from workbench.tasks.guess import LIKELY, POSSIBLE, Guess
from workbench.tasks.measure import Measure
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.option import Choice, Option
from workbench.tasks.recipe import Recipe

HEADS: tuple[Choice, ...] = ()
RESIZE = "stretch"
MODEL_API: str | None = None
OPTIONS: tuple[Option, ...] = ()
METRICS: tuple[Measure, ...] = ()


def guess(model: ModelFacts, labels: Sequence[str] | None) -> Guess | None:  # noqa: ARG001
    """Every model is one."""
    seen = looks.like(model)
    return Guess(None, {}, seen or "nothing more is known of its outputs", LIKELY if seen else POSSIBLE)


def misfit(model: ModelFacts, recipe: Recipe) -> tuple[str, str] | None:  # noqa: ARG001
    """Its outputs are not read."""
    return None
