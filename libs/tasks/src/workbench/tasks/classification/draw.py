"""A ranking on its picture: the classes that the recipe lists."""

from __future__ import annotations

from PIL import Image
from workbench.imaging.pencil import legend, legible
from workbench.tasks.classification.result import Ranking
from workbench.tasks.recipe import Recipe


def draw(image: Image.Image, result: Ranking, recipe: Recipe) -> Image.Image:
    """The picture in its own size, or magnified where it is tiny, with the lines for people in a corner."""
    return legend(legible(image), [(None, line.strip()) for line in result.lines(recipe)])
