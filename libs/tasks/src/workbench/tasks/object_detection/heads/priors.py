"""SSD's and RetinaFace's raw outputs: offsets from prior boxes, [1, n, 4], and the classes' scores, [1, n, classes].

Prior boxes are an output, as PriorBox writes them, [1, 2, 4 * n], else those that RetinaFace is published with.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, pair
from workbench.tasks.boxes.corners import corners
from workbench.tasks.boxes.grids import cells
from workbench.tasks.boxes.strides import plane
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "priors"
_WANTED = "[1, n, 4] and [1, n, classes]"
_OF_RETINAFACE = ((8, (16, 32)), (16, (64, 128)), (32, (256, 512)))  # stride, sides in pixels
_VARIANCES = np.array([0.1, 0.1, 0.2, 0.2], np.float32)


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    offsets, scores = pair(outputs, _WANTED)
    priors, variances = _priors(outputs, len(offsets), recipe)
    scaled = offsets * variances
    centres = priors[:, :2] + scaled[:, :2] * priors[:, 2:]
    found = np.concatenate([centres, priors[:, 2:] * np.exp(scaled[:, 2:])], axis=1)
    taken = recipe.preparation.input
    placed = corners(found, "cxcywh") * np.array([taken.width, taken.height] * 2, np.float32)
    return of_table(placed, activated(scores, recipe, "none"), recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:  # noqa: ARG001
    """As many as there are scores for a box."""
    return pair(outputs, _WANTED)[1].shape[1]


def _priors(outputs: Outputs, count: int, recipe: Recipe) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Centre and sides from 0 to 1, (n, 4), and what offsets are multiplied by."""
    given = next((each.reshape(2, -1, 4) for each in outputs.values() if each.shape[-2:] == (2, 4 * count)), None)
    if given is not None:
        sides = np.asarray(given[0], np.float32)
        return np.concatenate([(sides[:, :2] + sides[:, 2:]) / 2, sides[:, 2:] - sides[:, :2]], axis=1), given[1]
    found = _retinaface(recipe.preparation.input.width, recipe.preparation.input.height)
    if len(found) != count:
        raise ValueError(
            f"its offsets are of {count} prior boxes; RetinaFace has {len(found)} in such an input, and "
            f"no output of the shape [1, 2, {4 * count}] has others"
        )
    return found, _VARIANCES


def _retinaface(width: int, height: int) -> NDArray[np.float32]:
    found = []
    for stride, lengths in _OF_RETINAFACE:
        centres = (cells(*plane(width, height, stride)) + 0.5) * stride / [width, height]
        sides = np.array([[length / width, length / height] for length in lengths])
        by_cell = np.concatenate([np.repeat(centres, len(lengths), axis=0), np.tile(sides, (len(centres), 1))], axis=1)
        found.append(by_cell.astype(np.float32))
    return np.concatenate(found)
