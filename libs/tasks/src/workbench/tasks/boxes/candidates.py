"""What heads that find things have in common: candidates in the model's input, and the surest of them.

The options that all of them have: threshold, nms, max_detections, label_offset, numbering, box_order, box_units and
class_scores.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.boxes.coco import dataset_classes
from workbench.tasks.boxes.corners import corners
from workbench.tasks.boxes.suppression import kept
from workbench.tasks.outputs import refuse_nan
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

_SCORES = ("conf", "score", "logit", "prob", "cls", "class")  # what is in the names of outputs that are scores


@dataclass(frozen=True)
class Candidates:
    """boxes: (n, 4), left, top, right, bottom in pixels of the model's input; scores: (n,); classes: (n,), the model's.

    ``settled``: the model has chosen among those that cover each other. ``rows``: which row of the model's table each
    comes from; None where they are those rows.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[Any]
    classes: NDArray[Any]
    settled: bool = False
    rows: NDArray[np.intp] | None = None


def of_table(boxes: NDArray[np.float32], scores: NDArray[Any], recipe: Recipe) -> Candidates:
    """boxes: (n, 4), as Candidates has them; scores: (n, classes). Each class that is likely enough makes a candidate.

    Raises ValueError for scores that are NaN.
    """
    refuse_nan(scores)
    rows, classes = np.nonzero(scores >= recipe.options["threshold"])
    return Candidates(boxes[rows], scores[rows, classes], classes, rows=rows)


def best(candidates: Candidates, recipe: Recipe) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.intp]]:
    """Boxes, (n, 4), corners in pixels of the model's input; scores, (n,); classes of the dataset, (n,).

    The surest first, at most ``max_detections``. Raises ValueError for numbers that are NaN.
    """
    boxes, scores, classes, _rows = ranked(candidates, recipe)
    return boxes, scores, classes


def ranked(
    candidates: Candidates, recipe: Recipe
) -> tuple[NDArray[np.float32], NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """See ``best``; and which row of the model's table each is, (n,)."""
    options, scores = recipe.options, np.asarray(candidates.scores, np.float64)
    refuse_nan(scores)
    refuse_nan(candidates.boxes)
    classes = dataset_classes(candidates.classes, options["label_offset"], options["numbering"])
    chosen = np.flatnonzero((scores >= options["threshold"]) & (classes >= 0))
    boxes, scores, classes = np.asarray(candidates.boxes, np.float32)[chosen], scores[chosen], classes[chosen]
    order = kept(boxes, scores, classes, 1 if candidates.settled else options["nms"])[: options["max_detections"]]
    rows = chosen if candidates.rows is None else candidates.rows[chosen]
    return boxes[order], scores[order], classes[order], rows[order]


def placed(boxes: NDArray[Any], recipe: Recipe, order: str, units: str) -> NDArray[np.float32]:
    """Left, top, right, bottom in pixels of the model's input, (n, 4), of boxes, (n, 4), as the model writes them.

    order, units: what this head usually has, one of ``ORDERS`` and `pixels` or shares of the input's size; the recipe
    may say others.
    """
    options, taken = recipe.options, recipe.preparation.input
    found = corners(boxes, order if options["box_order"] == "usual" else options["box_order"])
    if (units if options["box_units"] == "usual" else options["box_units"]) == "pixels":
        return found
    scaled: NDArray[np.float32] = found * np.array([taken.width, taken.height] * 2, np.float32)
    return scaled


def table(output: NDArray[Any], least: int, wanted: str) -> NDArray[Any]:
    """The output without its batch, (rows, columns). Raises ValueError unless it has ``least`` columns."""
    flat = _flat(output)
    if flat is None or flat.shape[1] < least:
        raise ValueError(f"its output has the shape {list(output.shape)}; the head needs {wanted}")
    return flat


def tables(outputs: Outputs) -> dict[str, NDArray[Any]]:
    """All outputs that are a table, without their batch, (rows, columns), by name."""
    found = {name: _flat(output) for name, output in outputs.items() if output.ndim in (2, 3)}
    return {name: each for name, each in found.items() if each is not None}


def pair(outputs: Outputs, wanted: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Of two tables of as many rows, that of boxes, (n, 4), and the other, (n, any). Raises ValueError."""
    found = tables(outputs)
    fours = [name for name, each in found.items() if each.shape[1] == 4]
    named = [name for name in fours if any(word in name.lower() for word in ("box", "loc", "bbox"))]
    for name in [*named, *fours]:
        others = {other: each for other, each in found.items() if other != name and len(each) == len(found[name])}
        if others:  # landmarks may lie beside them
            return found[name], others[min(others, key=lambda other: not any(w in other.lower() for w in _SCORES))]
    raise ValueError(f"its outputs have the shapes {shapes(outputs)}; the head needs {wanted}")


def _flat(output: NDArray[Any]) -> NDArray[Any] | None:
    if output.ndim < 2:
        return None
    rows, columns = output.shape[-2:]
    return output.reshape(rows, columns) if output.size == rows * columns else None


def shapes(outputs: Outputs) -> str:
    """For a message."""
    return ", ".join(f"{name} {list(output.shape)}" for name, output in outputs.items())


def activated(scores: NDArray[Any], recipe: Recipe, usual: str) -> NDArray[np.float32]:
    """scores: (n, classes); what the recipe, else the head, says is still to be computed."""
    what = usual if recipe.options["class_scores"] == "usual" else recipe.options["class_scores"]
    values = np.asarray(scores, np.float32)
    if what == "sigmoid":
        return sigmoid(values)
    if what == "softmax":
        weights = np.exp(values - values.max(axis=1, keepdims=True))
        normed: NDArray[np.float32] = weights / weights.sum(axis=1, keepdims=True)
        return normed
    return values


def sigmoid(values: NDArray[Any]) -> NDArray[np.float32]:
    """Of any shape; no value is too large for it."""
    found: NDArray[np.float32] = 0.5 * (np.tanh(0.5 * np.asarray(values, np.float32)) + 1)
    return found
