"""Which part of a picture is missing, from a mask: white where it is, black elsewhere, in a file of any kind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.archives.entries import Entry
from workbench.dataset.pictures import whole_file
from workbench.imaging.preprocess import decode

_BLACK, _WHITE = 64, 191  # a JPEG, and a brush with soft edges, leave some levels between
_MOST_BETWEEN = 0.05  # of the pixels


def missing(entry: Entry) -> NDArray[np.bool_]:
    """Shape (height, width). Raises ValueError in words."""
    levels = np.asarray(decode(whole_file(entry)).convert("L"))
    if levels.max() == 1:  # as NumPy writes what is true
        return levels == 1
    between = float(((levels > _BLACK) & (levels < _WHITE)).mean())
    if between > _MOST_BETWEEN:
        raise ValueError(
            f"{between:.0%} of its pixels are neither black nor white; a mask must be white where the "
            "picture is missing, and black elsewhere"
        )
    return levels > 127
