"""SSD's DetectionOutput: [1, 1, n, 7], each row image, class, score, left, top, right, bottom, from 0 to 1.

A row whose image is negative ends them.
"""

from __future__ import annotations

import numpy as np
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, placed, table
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.outputs import chosen
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "detection_output"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    rows = table(chosen(outputs, recipe), 7, "[1, 1, boxes, 7]")
    ends = np.flatnonzero(rows[:, 0] < 0)
    rows = rows[: ends[0]] if len(ends) else rows
    return Candidates(placed(rows[:, 3:7], recipe, "xyxy", "normalised"), rows[:, 2], rows[:, 1], settled=True)


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """Its outputs do not say."""
