"""YOLACT: boxes [1, n, 4] from 0 to 1, scores [1, n, classes], coefficients [1, n, k], prototypes [1, h, w, k].

Of the classes the first is background.
"""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import activated, of_table, placed, shapes, tables
from workbench.tasks.instance_segmentation.heads.prototypes import finished_by, prototypes
from workbench.tasks.instance_segmentation.result import Segments
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "yolact"
_SCORES = ("conf", "score", "cls", "class")


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Segments:
    """Raises ValueError for outputs of other shapes."""
    boxes, scores, coefficients = _tables(outputs)
    planes = prototypes(outputs, coefficients.shape[1])
    candidates = of_table(placed(boxes, recipe, "xyxy", "normalised"), activated(scores, recipe, "none"), recipe)
    return finished_by(candidates, coefficients, planes, recipe, fitted)


def classes(outputs: Outputs, recipe: Recipe) -> int:  # noqa: ARG001  # the outputs say it alone
    """As many as there are scores for a box."""
    return int(_tables(outputs)[1].shape[1])


def _tables(outputs: Outputs) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    sides = [side for each in outputs.values() if each.ndim == 4 for side in each.shape[1:]]
    found = tables(outputs)
    boxes = next((name for name, each in found.items() if each.shape[1] == 4 and "prior" not in name.lower()), None)
    rest = [name for name, each in found.items() if boxes and name != boxes and len(each) == len(found[boxes])]
    of_masks = [name for name in rest if found[name].shape[1] in sides]
    of_masks.sort(key=lambda name: "mask" not in name.lower())
    scores = [name for name in rest if name not in of_masks[:1] and found[name].shape[1] > 1]
    scores.sort(key=lambda name: not any(word in name.lower() for word in _SCORES))
    if boxes is None or not of_masks or not scores:
        raise ValueError(
            f"its outputs have the shapes {shapes(outputs)}; the head {NAME} needs boxes [1, n, 4], "
            "scores [1, n, classes] and coefficients [1, n, k] beside the prototypes"
        )
    return found[boxes], found[scores[0]], found[of_masks[0]]
