"""Faster R-CNN and others that choose themselves: boxes, [n, 4], and for each its class and its score.

As torchvision exports it (corners in pixels), TensorFlow's Object Detection (`detection_boxes`: top, left, bottom and
right from 0 to 1, with the number of detections), and with the score as a fifth column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, placed, shapes, tables
from workbench.tasks.object_detection.finishing import finished
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

NAME = "boxes_labels_scores"
_TENSORFLOW = "detection_boxes"


@dataclass(frozen=True)
class _Parts:
    boxes: NDArray[Any]
    labels: NDArray[Any]
    scores: NDArray[Any]
    of_tensorflow: bool


def read(outputs: Outputs, recipe: Recipe, fitted: Fitted) -> Boxes:
    """Raises ValueError for outputs of other shapes."""
    return finished(candidates(outputs, recipe), recipe, fitted)


def candidates(outputs: Outputs, recipe: Recipe) -> Candidates:
    """In the model's input."""
    parts = _parts(outputs)
    usual = ("yxyx", "normalised") if parts.of_tensorflow else ("xyxy", "pixels")
    return Candidates(placed(parts.boxes, recipe, *usual), parts.scores, parts.labels, settled=True)


def classes(outputs: Outputs, recipe: Recipe) -> None:
    """Its outputs do not say."""


def _parts(outputs: Outputs) -> _Parts:
    wide = {name: each for name, each in tables(outputs).items() if each.shape[1] in (4, 5)}
    named = [name for name in wide if "box" in name.lower() or "det" in name.lower()]
    for name in [*named, *wide]:
        boxes = wide[name]
        lists = {other: each.reshape(-1) for other, each in outputs.items()
                 if other != name and each.size == len(boxes)}  # fmt: skip
        labels = _pick(lists, ("label", "class"), whole=True)
        scores = boxes[:, 4] if boxes.shape[1] == 5 else _pick(lists, ("score", "prob"), whole=False)
        if labels is not None and scores is not None:
            end = _number(outputs, len(boxes))
            return _Parts(boxes[:end, :4], labels[:end], scores[:end], _TENSORFLOW in name.lower())
    raise ValueError(f"its outputs have the shapes {shapes(outputs)}; the head {NAME} needs boxes [n, 4], "
                     "labels [n] and scores [n]")  # fmt: skip


def _pick(lists: dict[str, NDArray[Any]], words: tuple[str, ...], *, whole: bool) -> NDArray[Any] | None:
    """By its name, else by its type."""
    named = [each for name, each in lists.items() if any(word in name.lower() for word in words)]
    typed = [each for each in lists.values() if np.issubdtype(each.dtype, np.integer) is whole]
    return next(iter([*named, *typed]), None)


def _number(outputs: Outputs, most: int) -> int:
    """How many rows count, where an output says so."""
    said = [each for name, each in outputs.items() if "num" in name.lower() and each.size == 1]
    return min(most, int(said[0].reshape(()))) if said else most
