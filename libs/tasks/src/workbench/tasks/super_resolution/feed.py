"""What goes in: the picture, and beside it its bicubic upscaling, where a model takes both."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import Fitted, to_tensor
from workbench.tasks.protocols import Shape
from workbench.tasks.recipe import Recipe


def shapes(recipe: Recipe, inputs: Sequence[Shape | None]) -> list[tuple[int, ...]]:
    """Raises ValueError for a second input that is no larger picture of the same kind, and for a third."""
    taken = recipe.preparation.input
    if len(inputs) == 1:
        return [taken.shape]
    if len(inputs) > 2:
        raise ValueError(f"super-resolution has a picture and its upscaling to give, not {len(inputs)} arrays")
    beside = inputs[1] or ()
    at = 1 if taken.layout == "NCHW" else 3
    if len(beside) != 4 or beside[at] not in (taken.channels, None) or None in (*beside[1:at], *beside[at + 1 :]):
        wanted = "[1, {0}, height, width]" if at == 1 else "[1, height, width, {0}]"
        raise ValueError(
            f"the second input of super-resolution takes the upscaled picture, "
            f"{wanted.format(taken.channels)}; convert the model with such a shape, both sizes fixed"
        )
    sizes = [size for size in (*beside[1:at], *beside[at + 1 :]) if size is not None]
    return [taken.shape, (1, taken.channels, *sizes) if at == 1 else (1, *sizes, taken.channels)]


def arrays(recipe: Recipe, fitted: Fitted, shapes: Sequence[tuple[int, ...]]) -> list[NDArray[np.float32]]:
    """The picture, and in the size of each further input the picture made larger; (1, …), prepared alike."""
    preparation = recipe.preparation
    pictures = [fitted.image]
    for shape in shapes[1:]:
        height, width = shape[2:] if preparation.input.layout == "NCHW" else shape[1:3]
        pictures.append(fitted.image.resize((width, height), Image.Resampling.BICUBIC))
    return [to_tensor(picture, preparation) for picture in pictures]
