"""Masks as sums of prototypes: each thing has a coefficient for each of them (YOLACT, Bolya et al. 2019)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, shapes, sigmoid
from workbench.tasks.instance_segmentation.finishing import Plane, finished
from workbench.tasks.instance_segmentation.result import Segments
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe


def prototypes(outputs: Outputs, count: int | None = None) -> NDArray[np.float32]:
    """(prototypes, height, width) of the one output of four dimensions, whichever way it lies. Raises ValueError.

    count: how many there are, where other outputs say it.
    """
    found = [each for each in outputs.values() if each.ndim == 4]
    if len(found) != 1:
        raise ValueError(
            f"its outputs have the shapes {shapes(outputs)}; needed is one of prototypes, [1, prototypes, "
            "height, width] or [1, height, width, prototypes]"
        )
    planes = np.asarray(found[0][0], np.float32)
    last = planes.shape[2] == count or (count is None and planes.shape[2] < min(planes.shape[:2]))
    return planes.transpose(2, 0, 1) if last and planes.shape[0] != count else planes


def finished_by(
    candidates: Candidates, coefficients: NDArray[Any], planes: NDArray[np.float32], recipe: Recipe, fitted: Fitted
) -> Segments:
    """The surest candidates. coefficients: (rows of the model's table, prototypes)."""
    taken = recipe.preparation.input

    def plane(row: int, _box: NDArray[np.float32]) -> Plane:
        """How likely each part of the model's input is that thing's."""
        values = sigmoid(np.tensordot(np.asarray(coefficients[row], np.float32), planes, 1))
        return Plane(values, (0, 0, taken.width, taken.height))

    return finished(candidates, recipe, fitted, plane)
