"""A picture as large as the input."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import Fitted
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.output import as_levels, channels_last, of_original, refuse_shape
from workbench.tasks.redrawn.result import Redrawn

NAME = "picture"
_CHANNELS = 3


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Redrawn:
    """Raises ValueError for what is no picture of the input's size."""
    drawn = levels(outputs, recipe)
    size = (fitted.image.height, fitted.image.width)
    if drawn.shape[:2] != size:
        raise refuse_shape(
            chosen(outputs, recipe),
            "a picture as large as the input",
            ([1, _CHANNELS, *size], [1, *size, _CHANNELS]),
        )
    return Redrawn.of(of_original(Image.fromarray(drawn), fitted, fitted.size))


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """There are none."""


def levels(outputs: Outputs, recipe: Recipe) -> NDArray[np.uint8]:
    """The output itself as RGB, shape (height, width, 3)."""
    return as_levels(channels_last(chosen(outputs, recipe), _CHANNELS), recipe)
