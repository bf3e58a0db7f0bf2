"""How much boxes cover each other. Boxes are left, top, right, bottom."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def areas(boxes: NDArray[Any]) -> NDArray[Any]:
    """Shape (n,); a box that is turned inside out has none."""
    return np.maximum(boxes[:, 2] - boxes[:, 0], 0) * np.maximum(boxes[:, 3] - boxes[:, 1], 0)


def overlaps(mine: NDArray[Any], theirs: NDArray[Any], crowd: NDArray[np.bool_] | None = None) -> NDArray[Any]:
    """Intersection over union of each pair, (len(mine), len(theirs)).

    crowd: which of ``theirs`` hold any number of things: there it is the part of my box that lies inside.
    """
    low = np.maximum(mine[:, None, :2], theirs[None, :, :2])
    high = np.minimum(mine[:, None, 2:], theirs[None, :, 2:])
    shared = np.maximum(high - low, 0).prod(axis=2)
    own = np.broadcast_to(areas(mine)[:, None], shared.shape)
    whole = own + areas(theirs)[None, :] - shared
    if crowd is not None:
        whole = np.where(crowd[None, :], own, whole)
    return np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
