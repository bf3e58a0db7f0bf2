"""UltraFace and others: two tables of as many rows, decoded boxes, [1, n, 4], and scores, [1, n, classes]."""

from __future__ import annotations

from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, pair, placed
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "boxes_scores"
_WANTED = "[1, boxes, 4] and [1, boxes, classes]"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    boxes, scores = pair(outputs, _WANTED)
    return of_table(placed(boxes, recipe, "xyxy", "normalised"), activated(scores, recipe, "none"), recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:  # noqa: ARG001
    """As many as there are scores for a box."""
    return pair(outputs, _WANTED)[1].shape[1]
