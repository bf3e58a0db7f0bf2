"""Mask R-CNN: boxes, labels, scores, and a small mask for each, over its box or over the whole input.

As torchvision exports it (masks [n, 1, 28, 28], or [n, 1, height, width] of the input), TensorFlow's Object Detection
(`detection_masks` [1, n, h, w]), and Open Model Zoo's: a table [n, 7] of image, class, score and corners from 0 to 1,
with masks [n, classes, h, w].
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, placed, shapes, tables
from workbench.tasks.boxes.lists import lists
from workbench.tasks.instance_segmentation.finishing import Plane, finished
from workbench.tasks.instance_segmentation.result import Segments
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "mask_rcnn"
_TABLE = 7


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Segments:
    """Raises ValueError for outputs of other shapes."""
    candidates = _candidates(outputs, recipe)
    masks = _masks(outputs)
    if len(masks) < len(candidates.boxes):
        raise ValueError(f"it has {len(masks)} masks for {len(candidates.boxes)} boxes")
    taken = recipe.preparation.input
    whole = masks.shape[2:] == (taken.height, taken.width)

    def plane(row: int, box: NDArray[np.float32]) -> Plane:
        label = int(candidates.classes[row]) if masks.shape[1] > 1 else 0
        if not 0 <= label < masks.shape[1]:
            raise ValueError(f"a thing is of the class {label}; it has masks of {masks.shape[1]} classes")
        left, top, right, bottom = (0, 0, taken.width, taken.height) if whole else map(float, box)
        return Plane(masks[row, label], (left, top, right, bottom))

    return finished(candidates, recipe, fitted, plane)


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """Its outputs do not say."""


def _candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    table = next((each for each in tables(outputs).values() if each.shape[1] == _TABLE), None)
    if table is not None:
        return Candidates(placed(table[:, 3:], recipe, "xyxy", "normalised"), table[:, 2], table[:, 1], settled=True)
    said = lists(outputs)
    usual = ("yxyx", "normalised") if said.of_tensorflow else ("xyxy", "pixels")
    return Candidates(placed(said.boxes, recipe, *usual), said.scores, said.labels, settled=True)


def _masks(outputs: Outputs) -> NDArray[Any]:
    """(n, classes or 1, height, width)."""
    found = [each for each in outputs.values() if each.ndim == 4 or (each.ndim == 3 and min(each.shape[1:]) > _TABLE)]
    if len(found) != 1:
        raise ValueError(
            f"its outputs have the shapes {shapes(outputs)}; the head {NAME} needs one of masks, [n, 1, "
            "height, width], [1, n, height, width] or [n, classes, height, width]"
        )
    masks = np.asarray(found[0], np.float32)
    if masks.ndim == 3:
        return masks[:, None]
    return masks[0][:, None] if masks.shape[0] == 1 and masks.shape[1] > 1 else masks
