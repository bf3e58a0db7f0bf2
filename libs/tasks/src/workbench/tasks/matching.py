"""Which of the things found in an image are those that are there, by how much they cover each other.

By COCO's rules and by Pascal VOC's; what things are, boxes or masks, is nothing to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_NEARLY_ONE = 1 - 1e-10  # as COCO has it: a threshold of 1 is met by what is the same but for rounding


def coco(
    overlap: NDArray[np.float64], ignored: NDArray[np.bool_], crowd: NDArray[np.bool_], thresholds: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which of the found are right, and which match what is ignored; both (ranges, thresholds, found).

    overlap: (found, there), the surest first; ignored: (ranges, there), what does not count in a range of sizes;
    crowd: (there,), what any number may match.
    """
    shape = (len(ignored), len(thresholds), len(overlap))
    right, aside = np.zeros(shape, bool), np.zeros(shape, bool)
    limits = np.minimum(thresholds, _NEARLY_ONE)
    free = np.ones((len(ignored), len(thresholds), overlap.shape[1]), bool)
    at_all = overlap.max(axis=1, initial=0) >= limits.min(initial=1)
    for each in np.flatnonzero(at_all):
        near = free & (overlap[each] >= limits[:, None])
        counting, other = near & ~ignored[:, None], near & ignored[:, None]
        right[:, :, each] = counting.any(axis=2)
        aside[:, :, each] = ~right[:, :, each] & other.any(axis=2)
        there = np.where(right[:, :, each, None], counting, other)
        taken = _last_best(overlap[each], there)
        free &= ~taken | crowd
    return right, aside


def voc(
    overlap: NDArray[np.float64], ignored: NDArray[np.bool_], threshold: float
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The same, (found,), as Pascal VOC has it: each looks at what it covers most, be that taken or not.

    overlap: (found, there), the surest first; ignored: (there,), difficult ones.
    """
    right, aside = np.zeros(len(overlap), bool), np.zeros(len(overlap), bool)
    if not overlap.shape[1]:
        return right, aside
    nearest = overlap.argmax(axis=1)
    taken = np.zeros(overlap.shape[1], bool)
    for each in np.flatnonzero(overlap.max(axis=1) > threshold):
        there = nearest[each]
        aside[each] = ignored[there]
        right[each] = not ignored[there] and not taken[there]
        taken[there] = True
    return right, aside


def _last_best(overlap: NDArray[np.float64], there: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Of those that are there the one covered most, of equal ones the last; as a mask of the same shape."""
    if not there.shape[2]:
        return there
    backward = np.where(there, overlap, -1.0)[:, :, ::-1]
    place = there.shape[2] - 1 - backward.argmax(axis=2)
    chosen: NDArray[np.bool_] = (np.arange(there.shape[2]) == place[:, :, None]) & there
    return chosen
