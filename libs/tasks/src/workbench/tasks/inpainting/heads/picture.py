"""A picture as large as the input."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.inpainting.holes import missing
from workbench.tasks.inpainting.result import Whole
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.output import as_levels, channels_last, refuse_shape

NAME = "picture"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Whole:
    """Raises ValueError for what is no picture of the input's size."""
    size, channels = (fitted.image.height, fitted.image.width), recipe.preparation.input.channels
    drawn = levels(outputs, recipe)
    if drawn.shape[:2] != size:
        raise refuse_shape(
            chosen(outputs, recipe), "a picture as large as the input", ([1, channels, *size], [1, *size, channels])
        )
    drawn = np.broadcast_to(drawn, (*size, 3))
    image = fitted.image.convert("L").convert("RGB") if recipe.preparation.color == "GRAY" else fitted.image
    over = (
        max(0, fitted.left),
        max(0, fitted.top),
        min(image.width, fitted.left + fitted.size[0] * fitted.scale[0]),
        min(image.height, fitted.top + fitted.size[1] * fitted.scale[1]),
    )
    return Whole.of(drawn, np.asarray(image), missing(recipe, fitted), over)


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """There are none."""


def levels(outputs: Outputs, recipe: Recipe) -> NDArray[np.uint8]:
    """The output itself, shape (height, width, channels); three as RGB."""
    return as_levels(channels_last(chosen(outputs, recipe), recipe.preparation.input.channels), recipe)
