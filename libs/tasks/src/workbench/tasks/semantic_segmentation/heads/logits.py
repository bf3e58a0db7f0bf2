"""A number for each class and pixel; the highest is the answer, whether a softmax has been computed or not.

The numbers are interpolated to the original image's pixels before the highest is taken: taking it first would draw the
output's coarse pixels as steps along every edge.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.outputs import chosen, refuse_nan
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation.planes import MOST_CLASSES, check_shape, to_dataset
from workbench.tasks.semantic_segmentation.resampling import interpolated, unseen
from workbench.tasks.semantic_segmentation.result import NOTHING, ClassMap

NAME = "logits"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> ClassMap:
    """Raises ValueError for an output of another shape, or with a number that is none."""
    numbers = by_pixel(chosen(outputs, recipe), recipe)
    classes = np.empty(fitted.size[::-1], np.uint8)
    for strip, values in interpolated(numbers, fitted):
        classes[strip] = values.argmax(2)
    found = to_dataset(classes, recipe, NOTHING)
    found[unseen(fitted)] = NOTHING
    return ClassMap.of(found)


def own(outputs: Outputs, recipe: Recipe) -> NDArray[np.uint8]:
    """The dataset's class of each pixel of the output itself, (height, width). Raises ValueError for another output."""
    return to_dataset(by_pixel(chosen(outputs, recipe), recipe).argmax(2), recipe, NOTHING)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """As many as there are numbers for a pixel."""
    return by_pixel(chosen(outputs, recipe), recipe).shape[2]


def by_pixel(output: NDArray[Any], recipe: Recipe) -> NDArray[np.float32]:
    """Shape (height, width, classes). Raises ValueError."""
    layout, shape = recipe.options["layout"], output.shape
    if output.ndim != 4 or shape[0] != 1:
        wanted = "[1, classes, height, width]" if layout == "NCHW" else "[1, height, width, classes]"
        raise ValueError(f"its output has the shape {list(shape)}; the head logits needs {wanted}")
    numbers = output[0].transpose(1, 2, 0) if layout == "NCHW" else output[0]
    height, width, classes = numbers.shape
    try:
        check_shape(height, width, shape, recipe)
    except ValueError as wrong:
        raise ValueError(f"{wrong}, with the option layout {layout}") from wrong
    if not 2 <= classes <= MOST_CLASSES:
        raise ValueError(
            f"its output {list(shape)} has {classes} classes as {layout}; the head logits needs 2 to {MOST_CLASSES}"
        )
    refuse_nan(numbers)
    return np.ascontiguousarray(numbers, np.float32)
