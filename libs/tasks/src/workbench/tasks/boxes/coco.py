"""From the classes of a model to those of the dataset: those before class 0, and COCO's ids, which have gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

NO_CLASS = -1
_LAST_ID = 90
_GAPS = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)  # ids from 1 to 90 that no category of COCO 2017 has


def dataset_classes(classes: NDArray[Any], offset: int, numbering: str) -> NDArray[np.intp]:
    """Of each class of the model, of any shape, the dataset's; ``NO_CLASS`` for what the dataset can't have.

    offset: how many of the model's come before class 0. numbering: `coco_ids`, which have gaps, or none.
    """
    moved = np.asarray(classes).round().astype(np.intp) - offset
    if numbering == "coco_ids":
        known = (moved >= 0) & (moved <= _LAST_ID)
        return np.where(known, _BY_ID[np.clip(moved, 0, _LAST_ID)], NO_CLASS)
    return np.maximum(moved, NO_CLASS)


def _by_id() -> NDArray[np.intp]:
    ids = [number for number in range(1, _LAST_ID + 1) if number not in _GAPS]
    found = np.full(_LAST_ID + 1, NO_CLASS, np.intp)
    found[ids] = np.arange(len(ids))
    return found


_BY_ID = _by_id()
