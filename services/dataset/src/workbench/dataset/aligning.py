"""A face laid where recognition networks expect it: eyes, nose and mouth at the places that most are trained with.

The similarity (turn, scale, move; no shear, no mirror) that brings five points nearest to these places in the sense of
least squares, as ArcFace and its like prepare their images.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 224  # twice that of most networks: a larger one loses nothing
# Of a picture 112 pixels wide: the eyes, the nose, the corners of the mouth, left ones of the picture first.
_PLACES = np.array([(38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041)])
_FARTHEST = 1e5  # pixels
_TEMPLATE = _PLACES * SIDE / 112


def aligned(image: Image.Image, points: Sequence[tuple[float, float]]) -> Image.Image:
    """``SIDE`` pixels wide and high; what lies outside the picture is black. points: eyes, nose, corners of the mouth.

    Raises ValueError for points that lie in one place.
    """
    there = np.array(points, np.float64)
    if np.ptp(there, axis=0).max() < 1 or np.abs(there).max() > _FARTHEST:
        raise ValueError("its landmarks lie in one place, or far beyond the picture")
    turn = _similarity(there)
    scale = float(np.hypot(*turn[0, :2]))
    smaller = max(1, min(int(1 / max(scale, 1 / _FARTHEST)), *image.size))  # so that no pixel between is skipped
    a, b, x, y = turn[0, 0] * smaller, turn[1, 0] * smaller, turn[0, 2], turn[1, 2]
    back = np.linalg.inv(np.array([[a, -b, x], [b, a, y], [0, 0, 1]]))
    return image.reduce(smaller).transform(
        (SIDE, SIDE), Image.Transform.AFFINE, tuple(back[:2].ravel()), Image.Resampling.BILINEAR
    )


def _similarity(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(2, 3): from the picture to the template."""
    x, y = points.T
    one, none = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate([np.stack([x, -y, one, none], axis=1), np.stack([y, x, none, one], axis=1)])
    (a, b, right, down), *_ = np.linalg.lstsq(rows, _TEMPLATE.T.ravel(), rcond=None)
    return np.array([[a, -b, right], [b, a, down]])
