"""Of boxes that cover each other the surest: non-maximum suppression, within each class."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.boxes.overlap import overlaps

MOST_CANDIDATES = 1500  # the surest of them are looked at: a model that is sure of nothing would take for ever


def kept(boxes: NDArray[Any], scores: NDArray[Any], classes: NDArray[Any], limit: float) -> NDArray[np.intp]:
    """The places of those that stay, the surest first; only the surest ``MOST_CANDIDATES`` are looked at.

    boxes: (n, 4), left, top, right, bottom; scores, classes: (n,). limit: of one class, two are the same thing when
    they overlap (intersection over union) by more; from 1 on all stay.
    """
    order = np.argsort(-scores, kind="stable")[:MOST_CANDIDATES]
    if limit >= 1 or not len(order):
        return order
    chosen: list[NDArray[np.intp]] = [
        _of_one(boxes, order[classes[order] == each], limit) for each in np.unique(classes[order])
    ]
    places = np.concatenate(chosen)
    return places[np.argsort(-scores[places], kind="stable")]


def _of_one(boxes: NDArray[Any], order: NDArray[np.intp], limit: float) -> NDArray[np.intp]:
    near = overlaps(boxes[order], boxes[order]) > limit
    free = np.ones(len(order), bool)
    for place in range(len(order)):
        if free[place]:
            free[place + 1 :] &= ~near[place, place + 1 :]
    return order[free]
