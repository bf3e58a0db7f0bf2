"""Boxes as left, top, right, bottom, whatever the model writes, and from the model's input to the original image."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted

ORDERS = ("xyxy", "yxyx", "cxcywh", "xywh")


def corners(boxes: NDArray[Any], order: str) -> NDArray[np.float32]:
    """Left, top, right, bottom of boxes, (n, 4), in the unit they are in.

    order: one of ``ORDERS``; cx and cy are the centre, w and h the whole sides.
    """
    values = np.asarray(boxes, np.float32)
    if order == "xyxy":
        return values
    if order == "yxyx":
        return values[:, [1, 0, 3, 2]]
    size = values[:, 2:]
    start = values[:, :2] - size * np.float32(0.5 if order == "cxcywh" else 0)
    return np.concatenate([start, start + size], axis=1)


def to_original(boxes: NDArray[np.float32], fitted: Fitted) -> NDArray[np.float32]:
    """Corners, (n, 4), from pixels of the model's input to those of the original image, cut at its edges."""
    offset = np.array([fitted.left, fitted.top] * 2, np.float32)
    back = (boxes - offset) / np.array([*fitted.scale, *fitted.scale], np.float32)
    return np.clip(back, 0, np.array([*fitted.size, *fitted.size], np.float32))
