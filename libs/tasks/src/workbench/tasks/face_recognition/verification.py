"""How well a number tells pairs of one person from pairs of two. Nothing of images."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Marks = NDArray[np.bool_]


def hits(nearness: Numbers, same: Marks, folds: NDArray[np.intp]) -> Marks:
    """Which pairs are told right, each by the threshold that is best on all other folds.

    nearness: shape (n,), one a pair; same: whether it is of one person; folds: the number of its fold.
    """
    found = np.zeros(len(same), bool)
    for fold in np.unique(folds):
        mine = folds == fold
        found[mine] = (nearness[mine] >= threshold(nearness[~mine], same[~mine])) == same[mine]
    return found


def threshold(nearness: Numbers, same: Marks) -> float:
    """From which on pairs are of one person: it tells most of these right; the middle of the widest gap that does."""
    if not len(nearness):
        return 0.0
    order = np.argsort(nearness, kind="stable")
    values, marks = nearness[order], same[order]
    # A cut at k calls the first k pairs different; between equal values there is none.
    right = np.concatenate([[0], np.cumsum(~marks)]) + np.concatenate([[0], np.cumsum(marks[::-1])])[::-1]
    right[1:-1][values[1:] == values[:-1]] = -1
    padded = np.concatenate([[values[0]], values, [values[-1]]])
    best = np.flatnonzero(right == right.max())
    cut = best[np.argmax(padded[best + 1] - padded[best])]
    if cut == len(values):
        return math.nextafter(float(values[-1]), math.inf)
    return float((padded[cut] + padded[cut + 1]) / 2)


def auc(nearness: Numbers, same: Marks) -> float:
    """The area below the ROC curve, ties counting half; NaN without both kinds."""
    one, two = np.sort(nearness[same]), np.sort(nearness[~same])
    if not len(one) or not len(two):
        return math.nan
    below, upto = np.searchsorted(two, one, "left"), np.searchsorted(two, one, "right")
    return float((below + upto).sum() / 2 / len(one) / len(two))


def tar_at_far(nearness: Numbers, same: Marks, far: float) -> float:
    """The share of pairs of one person above a threshold that no more than ``far`` of the others are above."""
    one, two = nearness[same], np.sort(nearness[~same])[::-1]
    if not len(one) or not len(two):
        return math.nan
    accepted = math.floor(far * len(two) + 1e-9)
    return 1.0 if accepted >= len(two) else float((one > two[accepted]).mean())
