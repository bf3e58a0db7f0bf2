"""There is nothing to set. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.tasks.guess import Guess
from workbench.tasks.measure import Measure
from workbench.tasks.option import Choice, Option

HEADS: tuple[Choice, ...] = ()
RESIZE = "stretch"
OPTIONS: tuple[Option, ...] = ()
METRICS: tuple[Measure, ...] = ()


def guess(outputs: Sequence[Mapping[str, Any]], output: str | None, labels: Sequence[str] | None) -> Guess | None:  # noqa: ARG001
    """Every model is one."""
    return Guess(None, why="nothing more is known of its outputs")
