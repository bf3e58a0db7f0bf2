"""What the outputs of all heads have in common: as high and wide as the model's input, whatever surrounds it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.recipe import Recipe

MOST_CLASSES = 255  # a byte less the one that means no class


def check_shape(height: int, width: int, shape: tuple[int, ...], recipe: Recipe) -> None:
    """Raises ValueError unless height and width are to each other as the input's, as near as whole pixels allow."""
    taken = recipe.preparation.input
    # Strides round up or down, so a side may be a pixel off where the other is exact.
    off = abs(height * taken.width - width * taken.height)
    if min(height, width) < 1 or off > max(taken.width, taken.height):
        raise ValueError(
            f"its output {list(shape)} would be {width}×{height} pixels, which is not the shape of the input, "
            f"{taken.width}×{taken.height}"
        )


def one_plane(output: NDArray[Any], recipe: Recipe, what: str) -> NDArray[Any]:
    """The output as (height, width), whatever ones surround it. Raises ValueError."""
    shape = output.shape
    height, width = (1, *(shape[1:3] if output.ndim == 4 and shape[1] != 1 else shape))[-2:]
    if output.ndim not in (2, 3, 4) or output.size != height * width:
        accepted = f"{what} has the shape [1, height, width] with a one for channels or without"
        raise ValueError(f"its output has the shape {list(shape)}; {accepted}")
    check_shape(height, width, shape, recipe)
    return output.reshape(height, width)


def to_dataset(classes: NDArray[Any], recipe: Recipe, nothing: int) -> NDArray[np.uint8]:
    """Of the model's classes, of any shape, the dataset's, uint8; those before its first become ``nothing``."""
    offset = recipe.options["label_offset"]
    known = np.arange(MOST_CLASSES + 1)
    table = np.where((known < offset) | (known == MOST_CLASSES), nothing, known - offset).astype(np.uint8)
    return table[np.minimum(classes, MOST_CLASSES).astype(np.uint8)]
