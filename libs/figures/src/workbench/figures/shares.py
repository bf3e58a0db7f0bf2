"""Shares of images, each with the interval that so many images can tell."""

from __future__ import annotations

import math

from workbench.figures.figure import Z_95, Figure


def wilson(hits: int, n: int) -> Figure:
    """The share of hits among ``n`` images, 0 to 1, with Wilson's score interval. Raises ValueError for none.

    Wilson's (1927), since the usual one has no width at 0 and 1, where a small dataset often ends.
    """
    if n < 1:
        raise ValueError("a share of no images has no interval")
    share, spread = hits / n, Z_95**2 / n
    centre = (share + spread / 2) / (1 + spread)
    margin = Z_95 / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / n / 4)
    return Figure(share, max(0.0, centre - margin), min(1.0, centre + margin))


def paired_change(fixed: int, broken: int, n: int) -> Figure:
    """How much a share changed, -1 to 1, when the very same ``n`` images were looked at twice.

    fixed, broken: how many became right, and wrong. The design is McNemar's (1947), the interval Bonett and Price's
    (2012): Wald's with one more of either kind, since Wald's has no width where no image changed, which of few images
    says little. Raises ValueError for none.
    """
    if n < 1:
        raise ValueError("a change over no images has no interval")
    value, more = (fixed - broken) / n, n + 2
    centre = (fixed - broken) / more
    half = Z_95 * math.sqrt((fixed + broken + 2) / more - centre**2) / math.sqrt(more)
    return Figure(value, max(-1.0, min(centre - half, value)), min(1.0, max(centre + half, value)))
