"""FastestDet: one map, [1, 5 + classes, rows, columns].

How sure it is that there is a thing, a box around the cell, and the classes' scores.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, sigmoid
from workbench.tasks.boxes.corners import corners
from workbench.tasks.boxes.grids import cells
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.outputs import chosen, refuse_nan
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "fastest_det"
_SURENESS, _CLASS = 0.6, 0.4  # the powers that its scores are products of


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    output, taken = _map(outputs, recipe), recipe.preparation.input
    _, rows, columns = output.shape
    by_cell = output.reshape(len(output), -1).T
    refuse_nan(by_cell)
    centres = (cells(columns, rows) + np.tanh(by_cell[:, 1:3])) / [columns, rows]
    found = np.concatenate([centres, sigmoid(by_cell[:, 3:5])], axis=1) * ([taken.width, taken.height] * 2)
    sure = np.clip(by_cell[:, :1], 0, None) ** _SURENESS
    scores = np.clip(activated(by_cell[:, 5:], recipe, "none"), 0, None) ** _CLASS * sure
    return of_table(corners(found, "cxcywh"), scores, recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """As many as there are scores for a cell."""
    return _map(outputs, recipe).shape[0] - 5


def _map(outputs: Outputs, recipe: Recipe) -> NDArray[np.float32]:
    output = chosen(outputs, recipe)
    if output.ndim != 4 or output.shape[0] != 1 or output.shape[1] < 6:
        raise ValueError(
            f"its output has the shape {list(output.shape)}; the head {NAME} needs [1, 5 + classes, rows, columns]"
        )
    return np.asarray(output[0], np.float32)
