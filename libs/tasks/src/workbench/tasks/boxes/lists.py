"""Outputs that are lists: boxes, and for each its class and its score, which the model has chosen itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.boxes.candidates import shapes, tables
from workbench.tasks.protocols import Outputs

_TENSORFLOW = "detection_boxes"


@dataclass(frozen=True)
class Lists:
    """boxes: (n, 4); labels and scores: (n,). ``of_tensorflow``: top, left, bottom and right from 0 to 1."""

    boxes: NDArray[Any]
    labels: NDArray[Any]
    scores: NDArray[Any]
    of_tensorflow: bool


def lists(outputs: Outputs) -> Lists:
    """By their names, else by shape and type. Raises ValueError for outputs of other shapes."""
    wide = {name: each for name, each in tables(outputs).items() if each.shape[1] in (4, 5)}
    named = [name for name in wide if "box" in name.lower() or "det" in name.lower()]
    for name in [*named, *wide]:
        boxes = wide[name]
        others = {
            other: each.reshape(-1) for other, each in outputs.items() if other != name and each.size == len(boxes)
        }
        labels = _pick(others, ("label", "class"), whole=True)
        scores = boxes[:, 4] if boxes.shape[1] == 5 else _pick(others, ("score", "prob"), whole=False)
        if labels is not None and scores is not None:
            end = _number(outputs, len(boxes))
            return Lists(boxes[:end, :4], labels[:end], scores[:end], _TENSORFLOW in name.lower())
    raise ValueError(
        f"its outputs have the shapes {shapes(outputs)}; needed are boxes [n, 4], labels [n] and scores [n]"
    )


def _pick(lists: dict[str, NDArray[Any]], words: tuple[str, ...], *, whole: bool) -> NDArray[Any] | None:
    """By its name, else by its type."""
    named = [each for name, each in lists.items() if any(word in name.lower() for word in words)]
    typed = [each for each in lists.values() if np.issubdtype(each.dtype, np.integer) is whole]
    return next(iter([*named, *typed]), None)


def _number(outputs: Outputs, most: int) -> int:
    """How many rows count, where an output says so."""
    said = [each for name, each in outputs.items() if "num" in name.lower() and each.size == 1]
    return min(most, int(said[0].reshape(()))) if said else most
