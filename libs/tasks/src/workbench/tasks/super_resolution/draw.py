"""The larger picture."""

from __future__ import annotations

from PIL import Image
from workbench.tasks.recipe import Recipe
from workbench.tasks.super_resolution.result import Upscaled


def draw(image: Image.Image, result: Upscaled, recipe: Recipe) -> Image.Image:  # noqa: ARG001
    """What came out, in its own size: on the small picture there would be nothing to see."""
    return Image.fromarray(result.levels)
