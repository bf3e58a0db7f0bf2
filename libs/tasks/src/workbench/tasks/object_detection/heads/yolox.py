"""YOLOX: [1, n, 5 + classes] over all cells of its maps; centre and sides are in cells yet, the scores computed."""

from __future__ import annotations

import numpy as np
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, placed, table
from workbench.tasks.boxes.grids import grid
from workbench.tasks.boxes.strides import strides_of
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "yolox"
_WANTED = "[1, cells, 5 + classes]"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In pixels of the model's input. Raises ValueError for rows that are not its cells."""
    rows, taken = table(chosen(outputs, recipe), 6, _WANTED), recipe.preparation.input
    strides = strides_of(taken.width, taken.height, len(rows))
    if strides is None:
        raise ValueError(
            f"its output has {len(rows)} rows, which are not the cells of an input of "
            f"{taken.width}×{taken.height} pixels at the strides 8, 16, 32"
        )
    cells, stride = grid(taken.width, taken.height, strides)
    boxes = np.concatenate([(rows[:, :2] + cells) * stride, np.exp(rows[:, 2:4]) * stride], axis=1)
    scores = activated(rows[:, 4:], recipe, "none")
    return of_table(placed(boxes, recipe, "cxcywh", "pixels"), scores[:, 1:] * scores[:, :1], recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """As many as there are scores for a box beside its own."""
    return table(chosen(outputs, recipe), 6, _WANTED).shape[1] - 5
