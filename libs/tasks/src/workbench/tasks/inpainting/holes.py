"""Which part of a picture is missing: what its own mask says, else what is drawn from a seed and the picture itself.

What is drawn is the same everywhere.
"""

from __future__ import annotations

import random
import zlib
from math import cos, pi, sin

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from workbench.imaging.preprocess import Fitted
from workbench.tasks.recipe import Recipe

_MISSING = 1


def missing(recipe: Recipe, fitted: Fitted) -> NDArray[np.uint8]:
    """Shape (height, width) of the model's input, 1 where the picture is missing, else 0; never all of it or nothing.

    Python's own random numbers: they are the same in every release, which NumPy does not promise.
    """
    if fitted.mask is not None:
        return _partly(np.asarray(fitted.mask) != 0)
    picture = fitted.image
    draw = random.Random(f"{recipe.options['hole_seed']} {zlib.crc32(picture.tobytes())}")  # noqa: S311
    hole = Image.new("L", picture.size, 0)
    (_rectangle if recipe.options["hole"] == "rectangle" else _strokes)(hole, recipe, draw)
    return _partly(np.asarray(hole) != 0)


def _partly(missing: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Of a brush, or a mask, as wide as the picture a pixel is left, else nothing would be known."""
    found = missing.astype(np.uint8)
    if found.all():
        found[0, 0] = 0
    return found


def _rectangle(hole: Image.Image, recipe: Recipe, draw: random.Random) -> None:
    width, height = (
        max(1, round(side * recipe.options[name]))
        for side, name in zip(hole.size, ("hole_width", "hole_height"), strict=True)
    )
    left, top = draw.randint(0, hole.width - width), draw.randint(0, hole.height - height)
    ImageDraw.Draw(hole).rectangle((left, top, left + width - 1, top + height - 1), _MISSING)


def _strokes(hole: Image.Image, recipe: Recipe, draw: random.Random) -> None:
    pencil, side = ImageDraw.Draw(hole), min(hole.size)
    brush = max(1, round(side * recipe.options["brush"]))
    for _ in range(recipe.options["strokes"]):
        x, y = draw.uniform(0, hole.width - 1), draw.uniform(0, hole.height - 1)
        points = [(x, y)]
        for _ in range(recipe.options["vertices"]):
            angle, length = draw.uniform(0, 2 * pi), draw.uniform(0, side * recipe.options["stroke_length"])
            x = min(max(x + length * cos(angle), 0), hole.width - 1)
            y = min(max(y + length * sin(angle), 0), hole.height - 1)
            points.append((x, y))
        pencil.line(points, _MISSING, brush, "curve")
        for x, y in points:
            pencil.ellipse((x - brush / 2, y - brush / 2, x + brush / 2, y + brush / 2), _MISSING)
