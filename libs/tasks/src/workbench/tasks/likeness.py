"""How like two pictures are: PSNR and SSIM over all their channels, levels from 0 to 255.

SSIM is that of Wang et al. (2004): a Gaussian window of 11×11 with sigma 1.5, K1 0.01, K2 0.03, covariances of the
population, each channel by itself; of the map, the five pixels along each border are left out before the mean.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

PEAK = 255.0
MOST_DECIBELS = 100.0  # two equal pictures would be infinitely alike, which is no number to take a mean of
SMALLEST = 11  # pixels a side that a window needs
_BT601 = (65.481, 128.553, 24.966)
_SIGMA, _RADIUS = 1.5, 5
_C1, _C2 = (0.01 * PEAK) ** 2, (0.03 * PEAK) ** 2


def psnr(one: NDArray[Any], other: NDArray[Any]) -> float:
    """In decibels, at most MOST_DECIBELS. Both have the same shape."""
    error = float(np.mean((one.astype(np.float64) - other.astype(np.float64)) ** 2))
    return MOST_DECIBELS if error == 0 else min(MOST_DECIBELS, 10 * math.log10(PEAK**2 / error))


def ssim(one: NDArray[Any], other: NDArray[Any]) -> float | None:
    """Shape (height, width, channels) both; 1 for equal ones, None where a side is smaller than the window."""
    if min(one.shape[:2]) < SMALLEST:
        return None
    planes = zip(np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0), strict=True)
    return float(np.mean([_of_plane(mine.astype(np.float64), theirs.astype(np.float64)) for mine, theirs in planes]))


def luma(rgb: NDArray[Any]) -> NDArray[np.float64]:
    """Y of ITU-R BT.601, 16 to 235, as MATLAB's rgb2ycbcr makes it and papers on super-resolution take it; not rounded.

    rgb: shape (height, width, 3), levels 0 to 255. Returns shape (height, width, 1).
    """
    return (16 + rgb.astype(np.float64) @ np.array(_BT601) / 255)[:, :, None]


def shaved(levels: NDArray[Any], border: int) -> NDArray[Any]:
    """Without so many pixels along each border: what lies beyond a picture decides there (Timofte et al. 2014).

    levels: (height, width, …), of any type.
    """
    return levels[border:-border, border:-border] if border else levels


def _of_plane(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    mine, theirs = _local(one), _local(other)
    spread = _local(one * one) - mine * mine + (_local(other * other) - theirs * theirs)
    common = _local(one * other) - mine * theirs
    found = ((2 * mine * theirs + _C1) * (2 * common + _C2)) / ((mine * mine + theirs * theirs + _C1) * (spread + _C2))
    return float(found[_RADIUS:-_RADIUS, _RADIUS:-_RADIUS].mean())


def _local(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    weighed: NDArray[np.float64] = gaussian_filter(plane, _SIGMA, radius=_RADIUS)
    return weighed
