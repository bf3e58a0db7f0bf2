"""NanoDet and PicoDet: for each cell the classes' scores and a distribution of each side's distance.

Either one table, [1, cells, classes + 4 * bins], or two for each stride, [1, cells, classes] and [1, cells, 4 * bins].
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, activated, of_table, placed, shapes, tables
from workbench.tasks.boxes.distribution import around, expected
from workbench.tasks.boxes.grids import grid
from workbench.tasks.boxes.strides import strides_of
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.outputs import refuse_nan
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "nanodet"
_BINS = (8, 17, 16)  # of PicoDet and NanoDet, YOLOv8's raw maps, others


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In pixels of the model's input. Raises ValueError for rows that are not its cells."""
    scores, sides = _tables(outputs)
    taken = recipe.preparation.input
    strides = strides_of(taken.width, taken.height, len(scores))
    if strides is None:
        raise ValueError(
            f"its outputs have {len(scores)} rows in all, which are not the cells of an input of "
            f"{taken.width}×{taken.height} pixels at the strides 8, 16, 32 and 64"
        )
    cells, stride = grid(taken.width, taken.height, strides)
    scores = activated(scores, recipe, "none")
    refuse_nan(scores)
    # Of thousands of cells few hold anything: only theirs are worth a softmax.
    likely = np.flatnonzero(scores.max(axis=1) >= recipe.options["threshold"])
    points, stride = (cells[likely] + recipe.options["cell_centre"]) * stride[likely], stride[likely]
    boxes = around(points, expected(sides[likely]) * stride)
    return of_table(placed(boxes, recipe, "xyxy", "pixels"), scores[likely], recipe)


def classes(outputs: Outputs, recipe: Recipe) -> int:  # noqa: ARG001
    """As many as there are scores for a cell."""
    return _tables(outputs)[0].shape[1]


def _tables(outputs: Outputs) -> tuple[NDArray[Any], NDArray[Any]]:
    """Scores and distributions of all cells, the finest map first."""
    found = list(tables(outputs).values())
    if len(found) == 1:
        return _split(found[0], outputs)
    by_rows = sorted({len(each) for each in found}, reverse=True)
    groups = [[each for each in found if len(each) == rows] for rows in by_rows]
    widths = {tuple(each.shape[1] for each in group) for group in groups}
    if len(widths) != 1 or len(next(iter(widths))) != 2:
        raise ValueError(_misfit(outputs))
    [pair] = widths
    sides = next((at for at in (1, 0) if pair[at] in [4 * bins for bins in _BINS]), None)
    if sides is None:
        raise ValueError(_misfit(outputs))
    return np.concatenate([group[1 - sides] for group in groups]), np.concatenate([group[sides] for group in groups])


def _split(table: NDArray[Any], outputs: Outputs) -> tuple[NDArray[Any], NDArray[Any]]:
    bins = _BINS[0]
    if table.shape[1] <= 4 * bins:
        raise ValueError(_misfit(outputs))
    return table[:, : -4 * bins], table[:, -4 * bins :]


def _misfit(outputs: Outputs) -> str:
    return (
        f"its outputs have the shapes {shapes(outputs)}; the head {NAME} needs [1, cells, classes + 32], or "
        "[1, cells, classes] and [1, cells, 32] for each stride"
    )
