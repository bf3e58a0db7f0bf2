"""The class of each pixel, as whole numbers of any type: the ArgMax is in the model.

Between classes lies nothing, so the original image's pixels take theirs from the nearest of the output.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.outputs import chosen, refuse_nan
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation.planes import one_plane, to_dataset
from workbench.tasks.semantic_segmentation.resampling import nearest
from workbench.tasks.semantic_segmentation.result import NOTHING, ClassMap

NAME = "class_map"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> ClassMap:
    """Raises ValueError for an output of another shape, or with numbers that are no classes."""
    return ClassMap.of(nearest(own(outputs, recipe), fitted, NOTHING))


def own(outputs: Outputs, recipe: Recipe) -> NDArray[np.uint8]:
    """The dataset's class of each pixel of the output itself, (height, width). Raises ValueError for another output."""
    plane = one_plane(chosen(outputs, recipe), recipe, "a map of classes")
    _check(plane)
    return to_dataset(plane, recipe, NOTHING)


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """A map does not say which classes there could have been."""


def _check(plane: NDArray[Any]) -> None:
    refuse_nan(plane)
    if plane.min() < 0:
        raise ValueError(f"its output has the number {plane.min()}; a class is 0 or more")
    if plane.dtype.kind == "f" and (plane != np.rint(plane)).any():
        raise ValueError(
            "its output has numbers that are not whole, so it is no map of classes; the head logits or "
            "one_channel may read it"
        )
