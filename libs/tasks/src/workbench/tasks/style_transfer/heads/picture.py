"""A picture as large as the input."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import Fitted
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.style_transfer.result import Redrawn

NAME = "picture"
_CHANNELS = 3
_LEVELS = {"0..255": (0.0, 255.0), "0..1": (0.0, 1.0), "-1..1": (-1.0, 1.0)}


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Redrawn:
    """Raises ValueError for what is no picture of the input's size."""
    width, height = fitted.size
    left, top = fitted.left, fitted.top
    box = (left, top, min(fitted.image.width, left + width * fitted.scale[0]),
           min(fitted.image.height, top + height * fitted.scale[1]))  # fmt: skip
    picture = Image.fromarray(levels(outputs, recipe))
    return Redrawn.of(np.asarray(picture.resize(fitted.size, Image.Resampling.BICUBIC, box=box)))


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """There are none."""


def levels(outputs: Outputs, recipe: Recipe) -> NDArray[np.uint8]:
    """The output itself as RGB, shape (height, width, 3)."""
    output = outputs[recipe.output] if recipe.output is not None else next(iter(outputs.values()))
    taken = recipe.preparation.input
    size = (taken.height, taken.width)
    if output.shape == (1, _CHANNELS, *size):
        numbers = output[0].transpose(1, 2, 0)
    elif output.shape == (1, *size, _CHANNELS):
        numbers = output[0]
    else:
        raise ValueError(f"its output has the shape {list(output.shape)}; a picture as large as the input is "
                         f"{[1, _CHANNELS, *size]} or {[1, *size, _CHANNELS]}")  # fmt: skip
    if not np.isfinite(numbers).all():
        raise ValueError(f"{int((~np.isfinite(numbers)).sum())} of {numbers.size} numbers of its output are not finite")
    black, white = _LEVELS[str(recipe.options["levels"])]
    shown = np.rint((numbers.astype(np.float32) - black) * (255 / (white - black))).clip(0, 255).astype(np.uint8)
    return np.ascontiguousarray(shown[:, :, ::-1] if recipe.preparation.color == "BGR" else shown)
