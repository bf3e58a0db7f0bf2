"""From what a model says of its own pixels to those of the original image.

The centre of each original pixel goes through ``Fitted`` to its place in the model's input and from there to the
output, which may be of another size. There numbers are interpolated linearly, edges repeated (as by PyTorch's
``interpolate`` without ``align_corners``); classes are taken from the nearest. Pixels that a crop cut off have no
place: nothing is made up for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted

# Numbers that are interpolated at a time: what a processor keeps near. More took twice as long.
_AT_A_TIME = 1 << 18


def positions(fitted: Fitted, height: int, width: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each row and each column of the original its place in an output of that size; NaN where it was cut off.

    In the output's pixels, the centre of the first at 0.
    """
    along_y = _along(fitted.size[1], fitted.scale[1], fitted.top, fitted.image.height, height)
    return along_y, _along(fitted.size[0], fitted.scale[0], fitted.left, fitted.image.width, width)


def _along(original: int, scale: float, offset: int, seen: int, output: int) -> NDArray[np.float64]:
    inside = (np.arange(original) + 0.5) * scale + offset
    place = inside * (output / seen) - 0.5
    return np.where((inside >= 0) & (inside <= seen), place, np.nan)


def nearest(classes: NDArray[Any], fitted: Fitted, unseen: int) -> NDArray[Any]:
    """classes: shape (height, width) of the output; the result has the original's."""
    height, width = classes.shape
    rows, columns = positions(fitted, height, width)
    picked = classes[np.ix_(_whole(rows, height), _whole(columns, width))]
    picked[np.isnan(rows)] = unseen
    picked[:, np.isnan(columns)] = unseen
    return picked


def interpolated(numbers: NDArray[np.float32], fitted: Fitted) -> Iterator[tuple[slice, NDArray[np.float32]]]:
    """Strips of the original: which rows, and their numbers, (rows, width, classes).

    numbers: shape (height, width, classes) of the output. What a crop cut off has those of the nearest pixel seen.
    """
    height, width, classes = numbers.shape
    rows, columns = positions(fitted, height, width)
    above, below, down = _between(rows, height)
    left, right, across = _between(columns, width)
    step = max(1, _AT_A_TIME // (classes * len(columns)))
    for start in range(0, len(rows), step):
        strip = slice(start, start + step)
        lines = _mixed(numbers.take(above[strip], 0), numbers.take(below[strip], 0), down[strip, None, None])
        yield strip, _mixed(lines.take(left, 1), lines.take(right, 1), across[:, None])


def unseen(fitted: Fitted) -> NDArray[np.bool_]:
    """Which pixels of the original the model did not see, as (height, width) of the original."""
    rows, columns = positions(fitted, fitted.image.height, fitted.image.width)
    return np.isnan(rows)[:, None] | np.isnan(columns)[None, :]


def _whole(places: NDArray[np.float64], size: int) -> NDArray[np.intp]:
    return np.clip(np.floor(np.nan_to_num(places) + 0.5), 0, size - 1).astype(np.intp)


def _mixed(first: NDArray[np.float32], second: NDArray[np.float32], part: NDArray[np.float32]) -> NDArray[np.float32]:
    """In place: ``second`` is lost."""
    second -= first
    second *= part
    second += first
    return second


def _between(places: NDArray[np.float64], size: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
    """The neighbours of each place, and how far it lies from the first to the second."""
    inside = np.clip(np.nan_to_num(places), 0, size - 1)
    first = np.floor(inside).astype(np.intp)
    return first, np.minimum(first + 1, size - 1), (inside - first).astype(np.float32)
