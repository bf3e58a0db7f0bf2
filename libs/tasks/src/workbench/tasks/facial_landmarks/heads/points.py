"""Coordinates, two or three numbers a point; of three the last, the depth, is left out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.facial_landmarks.reading import chosen, to_original
from workbench.tasks.facial_landmarks.result import Landmarks
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "points"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Landmarks:
    """Raises ValueError for a number of coordinates that makes no points."""
    return to_original(shares(outputs, recipe), fitted)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """How many points: annotations of other sets are not for this model."""
    return len(shares(outputs, recipe))


def shares(outputs: Outputs, recipe: Recipe) -> NDArray[np.float64]:
    """Shape (n, 2), from 0 to 1 across the model's input. Raises ValueError for numbers that are no points."""
    output, order, units = chosen(outputs, recipe), recipe.options["order"], recipe.options["units"]
    each = 3 if order == "xyz" else 2
    if not output.size or output.size % each:
        raise ValueError(
            f"its output {list(output.shape)} has {output.size} numbers, not {each} a point; the option "
            f"order is {order}"
        )
    numbers = output.astype(np.float64).ravel()
    points = numbers.reshape(2, -1).T if order == "planar" else numbers.reshape(-1, each)[:, :2]
    if units == "pixels":
        size = recipe.preparation.input
        return points / np.array([size.width, size.height])
    return (points + 1) / 2 if units == "centred" else points
