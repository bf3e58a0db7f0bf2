"""A picture with more rows and columns than the input, in colour or its luma alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import Fitted
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.output import as_levels, channels_last, of_original, refuse_shape
from workbench.tasks.super_resolution.result import Upscaled

NAME = "picture"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Upscaled:
    """Raises ValueError for what is no larger picture of as many channels as the input."""
    drawn, taken = levels(outputs, recipe), fitted.image
    if drawn.shape[0] < 1.5 * taken.height or drawn.shape[1] < 1.5 * taken.width:
        channels = recipe.preparation.input.channels
        larger = f"a picture larger than the input of {taken.height}×{taken.width}"
        raise refuse_shape(
            chosen(outputs, recipe), larger, ([1, channels, "height", "width"], [1, "height", "width", channels])
        )
    picture = Image.fromarray(drawn) if drawn.shape[2] == 3 else _coloured(drawn[:, :, 0], fitted.image)
    scale = round(picture.height / fitted.image.height)
    small = Image.fromarray(of_original(fitted.image, fitted, fitted.size))
    size = (fitted.size[0] * scale, fitted.size[1] * scale)
    return Upscaled.of(of_original(picture, fitted, size), small)


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """There are none."""


def levels(outputs: Outputs, recipe: Recipe) -> NDArray[np.uint8]:
    """The output itself, shape (height, width, channels); three as RGB."""
    return as_levels(channels_last(chosen(outputs, recipe), recipe.preparation.input.channels), recipe)


def _coloured(luma: NDArray[np.uint8], small: Image.Image) -> Image.Image:
    """The luma with the colours of the small picture: JFIF's full range, as the input was made GRAY."""
    size = (luma.shape[1], luma.shape[0])
    _, blue, red = small.convert("YCbCr").resize(size, Image.Resampling.BICUBIC).split()
    return Image.merge("YCbCr", (Image.fromarray(luma), blue, red)).convert("RGB")
