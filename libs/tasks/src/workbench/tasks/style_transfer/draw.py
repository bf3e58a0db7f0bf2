"""The picture in its style, in its own size."""

from __future__ import annotations

from PIL import Image
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.result import Redrawn


def draw(image: Image.Image, result: Redrawn, recipe: Recipe) -> Image.Image:  # noqa: ARG001
    """What the model drew, as large as the picture that it is of."""
    return Image.fromarray(result.levels)
