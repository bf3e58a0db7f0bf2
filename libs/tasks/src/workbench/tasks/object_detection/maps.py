"""YOLO's raw maps: for each cell and anchor a box, how sure it is a thing at all, and the classes' scores."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.boxes.candidates import shapes, sigmoid
from workbench.tasks.boxes.grids import cells
from workbench.tasks.boxes.strides import plane
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

STRIDES = (8, 16, 32)
_BESIDE_CLASSES = 5


def maps(outputs: Outputs, recipe: Recipe, anchors: int, wanted: str) -> list[tuple[int, NDArray[Any]]]:
    """Each map's stride and (rows * columns, anchors, 5 + classes), the finest first. Raises ValueError."""
    found = [_by_cell(output, recipe, anchors) for output in outputs.values()]
    usable = sorted((each for each in found if each is not None), key=lambda each: each[0])
    if not usable or len({each.shape[2] for _, each in usable}) != 1:
        raise ValueError(f"its outputs have the shapes {shapes(outputs)}; the head needs {wanted}")
    return usable


def boxes(
    by_cell: NDArray[Any], size: tuple[int, int], anchors: Any, reach: float, *, activated: bool
) -> NDArray[np.float32]:
    """Centre and sides of each cell and anchor, all in cells. size: columns and rows; anchors: (anchors, 2)."""
    inside = by_cell[:, :, :2] if activated else sigmoid(by_cell[:, :, :2])
    centres = inside * reach - (reach - 1) / 2 + cells(*size)[:, None]
    return np.concatenate([centres, np.exp(by_cell[:, :, 2:4]) * np.asarray(anchors, np.float32)], axis=2)


def _by_cell(output: NDArray[Any], recipe: Recipe, anchors: int) -> tuple[int, NDArray[Any]] | None:
    taken = recipe.preparation.input
    if output.ndim == 2:  # as RegionYolo with a softmax leaves it, in one line
        columns, rows = plane(taken.width, taken.height, STRIDES[-1])
        fits = output.size % (rows * columns) == 0
        output = output.reshape(1, -1, rows, columns) if fits else output
    for stride in STRIDES:
        columns, rows = plane(taken.width, taken.height, stride)
        if (channels_first := _channels_first(output, rows, columns, anchors)) is not None:
            parts = channels_first.reshape(anchors, -1, rows * columns)
            return stride, parts.transpose(2, 0, 1)
    return None


def _channels_first(output: NDArray[Any], rows: int, columns: int, anchors: int) -> NDArray[Any] | None:
    """(channels, rows, columns), where the output is such a map, in either order."""
    least = anchors * (_BESIDE_CLASSES + 1)
    if output.ndim != 4 or output.shape[0] != 1:
        return None
    for found in (output[0], output[0].transpose(2, 0, 1)):
        if found.shape[1:] == (rows, columns) and found.shape[0] >= least and found.shape[0] % anchors == 0:
            return found
    return None
