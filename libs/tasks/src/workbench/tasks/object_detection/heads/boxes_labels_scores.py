"""Faster R-CNN and others that choose themselves: boxes, [n, 4], and for each its class and its score.

As torchvision exports it (corners in pixels), TensorFlow's Object Detection (`detection_boxes`: top, left, bottom and
right from 0 to 1, with the number of detections), and with the score as a fifth column.
"""

from __future__ import annotations

from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, placed
from workbench.tasks.boxes.lists import lists
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "boxes_labels_scores"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    parts = lists(outputs)
    usual = ("yxyx", "normalised") if parts.of_tensorflow else ("xyxy", "pixels")
    return Candidates(placed(parts.boxes, recipe, *usual), parts.scores, parts.labels, settled=True)


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """Its outputs do not say."""
