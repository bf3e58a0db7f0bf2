"""YOLOv3, v4 and their tiny ones: two or three maps, [1, 3 * (5 + classes), rows, columns], channels first or last."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, sigmoid
from workbench.tasks.boxes.corners import corners
from workbench.tasks.boxes.strides import plane
from workbench.tasks.object_detection.anchors import IN_PIXELS, REACH, USUAL
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.maps import boxes, maps
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "yolo_v3"
_ANCHORS = 3
_WANTED = "two or three maps [1, 3 * (5 + classes), rows, columns] whose cells are 8, 16 or 32 pixels wide"
_USUAL = {3: "yolo_v3", 2: "yolo_v3_tiny"}


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    found = maps(outputs, recipe, _ANCHORS, _WANTED)
    name = _anchors(len(found), recipe)
    reach = REACH.get(name, (1.0,) * len(found))
    parts = [
        _of_map(by_cell, stride, np.array(IN_PIXELS[name][at]), reach[at], recipe)
        for at, (stride, by_cell) in enumerate(found)
    ]
    placed, scores = (np.concatenate([part[at] for part in parts]) for at in (0, 1))
    return of_table(placed, scores, recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:
    """As many as there are scores for an anchor beside its own."""
    return maps(outputs, recipe, _ANCHORS, _WANTED)[0][1].shape[2] - 5


def _of_map(
    by_cell: NDArray[Any], stride: int, anchors: NDArray[Any], reach: float, recipe: Recipe
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    done = bool(recipe.options["activated"])
    size = plane(recipe.preparation.input.width, recipe.preparation.input.height, stride)
    found = boxes(by_cell, size, anchors / stride, reach, activated=done) * np.float32(stride)
    rows = by_cell[:, :, 4:].reshape(-1, by_cell.shape[2] - 4)
    surely = rows[:, :1] if done else sigmoid(rows[:, :1])
    scores = activated(rows[:, 1:], recipe, "none" if done else "sigmoid") * surely
    return corners(found.reshape(-1, 4), "cxcywh"), scores


def _anchors(count: int, recipe: Recipe) -> str:
    name = str(recipe.options["anchors"])
    name = _USUAL.get(count, "") if name == USUAL else name
    if name not in IN_PIXELS or len(IN_PIXELS[name]) != count:
        fitting = [each for each, of_maps in IN_PIXELS.items() if len(of_maps) == count]
        raise ValueError(
            f"the anchors {recipe.options['anchors']} are not those of {count} maps; accepted for so many "
            f"are {', '.join(fitting) or 'none'}"
        )
    return name
