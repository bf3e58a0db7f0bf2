"""When two pictures count as the same: places spread over them have nearly the same colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.pictures import decode_picture, encode_picture

_SIDE = 64  # rows and columns of the grid at most
_NEAR = 0.01  # of the range from black to white, on average


def grid(levels: NDArray[np.uint8]) -> dict[str, Any]:
    """``{grid}``: the colours at evenly spread pixels. levels: shape (height, width, 1 or 3)."""
    colours = np.broadcast_to(levels, (*levels.shape[:2], 3))
    rows, columns = (np.linspace(0, size - 1, min(size, _SIDE)).round().astype(int) for size in levels.shape[:2])
    return {"grid": encode_picture(np.ascontiguousarray(colours[np.ix_(rows, columns)]))}


def differences(then: Mapping[str, Any], now: Mapping[str, Any], allowed: float) -> list[str]:
    """In words, between two fingerprints of one image. ``allowed``: the tolerance of the outputs."""
    before, after = (decode_picture(each["grid"]).astype(np.float32) for each in (then, now))
    if before.shape != after.shape:
        return [f"the picture has another size: {list(after.shape)}, {list(before.shape)} was recorded"]
    off = float(np.abs(before - after).mean()) / 255
    if off <= _NEAR + allowed:
        return []
    return [f"the colours differ by {off:.1%} on average from what was recorded, {_NEAR + allowed:.1%} is allowed"]
