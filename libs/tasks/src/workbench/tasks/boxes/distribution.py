"""Boxes as distances from a point to the four sides, each of them a distribution over whole numbers of cells.

Generalized focal loss (Li et al. 2020): NanoDet, PicoDet and YOLOv8's raw maps speak so.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDES = 4


def expected(logits: NDArray[Any]) -> NDArray[np.float32]:
    """logits: (n, 4 * bins); the expectation of each side's softmax, (n, 4)."""
    by_side = np.asarray(logits, np.float32).reshape(len(logits), SIDES, logits.shape[1] // SIDES)
    weights = np.exp(by_side - by_side.max(axis=2, keepdims=True))
    bins = np.arange(by_side.shape[2], dtype=np.float32)
    mean: NDArray[np.float32] = (weights @ bins) / weights.sum(axis=2)
    return mean


def around(points: NDArray[np.float32], distances: NDArray[np.float32]) -> NDArray[np.float32]:
    """Left, top, right and bottom. points: (n, 2), distances to these sides: (n, 4), of one unit."""
    return np.concatenate([points - distances[:, :2], points + distances[:, 2:]], axis=1)
