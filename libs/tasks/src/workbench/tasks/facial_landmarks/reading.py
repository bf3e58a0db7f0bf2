"""From points in the model's input to those of the original image; what both heads need."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.facial_landmarks.result import Landmarks
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe


def chosen(outputs: Outputs, recipe: Recipe) -> NDArray[Any]:
    """The output that the recipe names, else the largest. Raises ValueError for numbers that are none."""
    output = outputs[recipe.output] if recipe.output is not None else max(outputs.values(), key=lambda each: each.size)
    if not np.isfinite(output).all():
        raise ValueError("its output has numbers that are not finite")
    return output


def to_original(shares: NDArray[np.float64], fitted: Fitted) -> Landmarks:
    """shares: shape (n, 2), from 0 to 1 across the model's input."""
    inside = shares * np.array([fitted.image.width, fitted.image.height])
    return Landmarks.of((inside - np.array([fitted.left, fitted.top])) / np.array(fitted.scale))
