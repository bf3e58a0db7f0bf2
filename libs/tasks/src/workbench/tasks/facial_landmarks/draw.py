"""Points on their picture."""

from __future__ import annotations

from PIL import Image
from workbench.imaging.pencil import dots
from workbench.tasks.facial_landmarks.result import Landmarks
from workbench.tasks.recipe import Recipe

_COLOR = (0, 230, 118)


def draw(image: Image.Image, result: Landmarks, recipe: Recipe) -> Image.Image:  # noqa: ARG001
    """The picture in its own size."""
    return dots(image, result.points, _COLOR)
