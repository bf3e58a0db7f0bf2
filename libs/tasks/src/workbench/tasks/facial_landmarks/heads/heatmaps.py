"""A map a point: the highest place, moved a quarter of a cell to its higher neighbour, as hourglass networks do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.facial_landmarks.reading import chosen, to_original
from workbench.tasks.facial_landmarks.result import Landmarks
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "heatmaps"
_STEP = 0.25


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Landmarks:
    """Raises ValueError for an output of another shape."""
    return to_original(shares(outputs, recipe), fitted)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """How many points: annotations of other sets are not for this model."""
    return len(shares(outputs, recipe))


def shares(outputs: Outputs, recipe: Recipe) -> NDArray[np.float64]:
    """Shape (n, 2), from 0 to 1 across the model's input. Raises ValueError for an output of another shape."""
    output = chosen(outputs, recipe)
    if output.ndim != 4 or output.shape[0] != 1 or min(output.shape[2:]) < 2:
        raise ValueError(
            f"its output has the shape {list(output.shape)}; the head heatmaps needs [1, points, height, width]"
        )
    maps = output[0].astype(np.float64)
    height, width = maps.shape[1:]
    rows, columns = np.divmod(maps.reshape(len(maps), -1).argmax(1), width)
    padded = np.pad(maps, ((0, 0), (1, 1), (1, 1)), mode="reflect")
    number = np.arange(len(maps))
    across = np.sign(padded[number, rows + 1, columns + 2] - padded[number, rows + 1, columns])
    down = np.sign(padded[number, rows + 2, columns + 1] - padded[number, rows, columns + 1])
    return np.stack([(columns + 0.5 + _STEP * across) / width, (rows + 0.5 + _STEP * down) / height], axis=1)
