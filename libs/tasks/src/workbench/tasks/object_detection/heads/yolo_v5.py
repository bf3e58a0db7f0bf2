"""YOLOv5, v6 and v7 as exported: [1, n, 5 + classes].

Centre, sides, how sure it is that there is a thing at all, and the classes' scores. The anchors are in the model
already.
"""

from __future__ import annotations

from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, placed, table
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "yolo_v5"
_WANTED = "[1, boxes, 5 + classes]"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    rows = table(chosen(outputs, recipe), 6, _WANTED)
    scores = activated(rows[:, 4:], recipe, "none")
    return of_table(placed(rows[:, :4], recipe, "cxcywh", "pixels"), scores[:, 1:] * scores[:, :1], recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """As many as there are scores for a box beside its own."""
    return table(chosen(outputs, recipe), 6, _WANTED).shape[1] - 5
