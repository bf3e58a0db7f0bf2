"""When two answers count as the same."""

from __future__ import annotations

from typing import Any

from workbench.tasks.inpainting.heads.picture import levels
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn import alike

differences = alike.differences


def fingerprint(outputs: Outputs, recipe: Recipe) -> dict[str, Any]:
    """``{grid}``."""
    return alike.grid(levels(outputs, recipe))
