"""One number a pixel: of class 1 from the threshold on, else of class 0.

The numbers are interpolated to the original image's pixels before they meet the threshold; where the model leaves the
sigmoid out, the threshold goes through its inverse instead.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.outputs import chosen, refuse_nan
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation.planes import one_plane, to_dataset
from workbench.tasks.semantic_segmentation.resampling import interpolated, unseen
from workbench.tasks.semantic_segmentation.result import NOTHING, ClassMap

NAME = "one_channel"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> ClassMap:
    """Raises ValueError for an output of another shape, or with a number that is none."""
    limit = _limit(recipe)
    is_class_1 = np.empty(fitted.size[::-1], np.uint8)
    for strip, values in interpolated(_numbers(outputs, recipe)[:, :, None], fitted):
        is_class_1[strip] = values[:, :, 0] >= limit
    found = to_dataset(is_class_1, recipe, NOTHING)
    found[unseen(fitted)] = NOTHING
    return ClassMap.of(found)


def own(outputs: Outputs, recipe: Recipe) -> NDArray[np.uint8]:
    """The dataset's class of each pixel of the output itself, (height, width). Raises ValueError for another output."""
    return to_dataset(_numbers(outputs, recipe) >= _limit(recipe), recipe, NOTHING)


def classes(outputs: Outputs, recipe: Recipe) -> int:  # noqa: ARG001
    """It is, or it is not."""
    return 2


def _limit(recipe: Recipe) -> float:
    threshold = float(recipe.options["threshold"])
    if not recipe.options["sigmoid"]:
        return threshold
    return math.log(threshold / (1 - threshold)) if 0 < threshold < 1 else math.inf * (threshold - 0.5)


def _numbers(outputs: Outputs, recipe: Recipe) -> NDArray[np.float32]:
    plane = one_plane(chosen(outputs, recipe), recipe, "a map of one number a pixel").astype(np.float32)
    refuse_nan(plane)
    return plane
