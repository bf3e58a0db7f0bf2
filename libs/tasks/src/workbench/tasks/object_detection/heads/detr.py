"""DETR and RT-DETR: for each query the classes' scores, [1, queries, classes], and a box, [1, queries, 4].

Centre and sides from 0 to 1. DETR's scores lack a softmax, and its last class is that there is nothing; RT-DETR's lack
a sigmoid: `class_scores`.
"""

from __future__ import annotations

import numpy as np
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, pair, placed
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "detr"
_WANTED = "[1, queries, 4] and [1, queries, classes]"
_USUAL = "softmax"


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    boxes, logits = pair(outputs, _WANTED)
    scores = activated(logits, recipe, _USUAL)[:, : classes(outputs, recipe)]
    found = of_table(placed(np.asarray(boxes), recipe, "cxcywh", "normalised"), scores, recipe)
    return Candidates(found.boxes, found.scores, found.classes, settled=True)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """Less that of nothing where there is one."""
    has_nothing = recipe.options["class_scores"] in ("usual", "softmax")
    return pair(outputs, _WANTED)[1].shape[1] - has_nothing
