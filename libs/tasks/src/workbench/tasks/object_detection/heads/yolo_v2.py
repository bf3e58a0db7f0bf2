"""YOLOv2 and tiny YOLOv2: one map, [1, 5 * (5 + classes), rows, columns], or in one line as RegionYolo leaves it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, sigmoid
from workbench.tasks.boxes.corners import corners
from workbench.tasks.boxes.strides import plane
from workbench.tasks.object_detection.anchors import IN_CELLS, USUAL
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.maps import boxes, maps
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "yolo_v2"
_ANCHORS = 5
_WANTED = "one map [1, 5 * (5 + classes), rows, columns] whose cells are 32 pixels wide"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    stride, by_cell = maps(outputs, recipe, _ANCHORS, _WANTED)[0]
    size, done = plane(recipe.preparation.input.width, recipe.preparation.input.height, stride), _done(recipe)
    found = boxes(by_cell, size, IN_CELLS[_anchors(recipe)], 1.0, activated=done) * stride
    rows = by_cell[:, :, 4:].reshape(-1, by_cell.shape[2] - 4)
    surely = rows[:, :1] if done else sigmoid(rows[:, :1])
    scores: NDArray[np.float32] = activated(rows[:, 1:], recipe, "none" if done else "softmax") * surely
    return of_table(corners(found.reshape(-1, 4), "cxcywh"), scores, recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """As many as there are scores for an anchor beside its own."""
    return maps(outputs, recipe, _ANCHORS, _WANTED)[0][1].shape[2] - 5


def _done(recipe: Recipe) -> bool:
    return bool(recipe.options["activated"])


def _anchors(recipe: Recipe) -> str:
    name = recipe.options["anchors"]
    if name == USUAL:
        return "yolo_v2"
    if name not in IN_CELLS:
        raise ValueError(f"the anchors {name} are not those of the head {NAME}; accepted are {', '.join(IN_CELLS)}")
    return str(name)
