"""Boxes that the model has chosen itself, as YOLOv10's and exports with the suppression inside: [1, n, 6].

Left, top, right, bottom, score, class.
"""

from __future__ import annotations

from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, placed, table
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "end_to_end"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    rows = table(chosen(outputs, recipe), 6, "[1, boxes, 6]")
    return Candidates(placed(rows[:, :4], recipe, "xyxy", "pixels"), rows[:, 4], rows[:, 5], settled=True)


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """Its outputs do not say."""
