"""The uncertainty of any figure that all images make together: a mean over classes, a ratio of sums.

The bootstrap (Efron 1979) over images: what the figure would have been had other images come, drawn from these.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special
from workbench.figures.figure import FEWEST_IMAGES, Figure

DRAWS = 1000
_SEED = 0  # the same images always have the same interval

Totals = Callable[[NDArray[Any]], NDArray[np.float64]]


def resampled(images: NDArray[Any], totals: Totals, low: float, high: float) -> list[Figure]:
    """A figure for each number that ``totals`` makes of the images, its interval over the choice of the images.

    images: one along the first axis each. ``totals``: of such an array, shape (k,); NaN where it says nothing. low,
    high: what a figure can be at all, which is all that fewer than five images tell. Raises ValueError for none.

    The percentiles are widened as a t distribution is (Hesterberg 2015), or few images would promise too much.
    """
    n = len(images)
    if n < 1:
        raise ValueError("a figure over no images has no interval")
    values = totals(images)
    if n < FEWEST_IMAGES:
        return [Figure(float(value), low, high) for value in values]
    random = np.random.default_rng(_SEED)
    drawn = np.array([totals(images[random.integers(0, n, n)]) for _ in range(DRAWS)])
    tail = special.ndtr(math.sqrt(n / (n - 1)) * special.stdtrit(n - 1, 0.025))
    return [_figure(float(value), drawn[:, index], tail) for index, value in enumerate(values)]


def resampled_change(mine: NDArray[Any], theirs: NDArray[Any], totals: Totals, span: float) -> Figure:
    """How much the first of the totals differs when the very same images were looked at twice: paired.

    mine, theirs: the same image at the same place. span: the largest difference there can be.
    """
    pairs = np.stack([mine, theirs], axis=1)

    def change(drawn: NDArray[Any]) -> NDArray[np.float64]:
        return totals(drawn[:, 0])[:1] - totals(drawn[:, 1])[:1]

    return resampled(pairs, change, -span, span)[0]


def _figure(value: float, drawn: NDArray[np.float64], tail: float) -> Figure:
    if math.isnan(value):
        return Figure(value, value, value)
    low, high = np.nanquantile(drawn, [tail, 1 - tail])
    return Figure(value, min(float(low), value), max(float(high), value))
