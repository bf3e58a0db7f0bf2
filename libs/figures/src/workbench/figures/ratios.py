"""One positive figure over another."""

from __future__ import annotations

import math

from workbench.figures.figure import Figure


def ratio(mine: Figure, theirs: Figure) -> Figure:
    """The quotient of two independent positive figures whose intervals are symmetric in the logarithm.

    There the half-widths add in quadrature. Launches that were taken in turns are not independent:
    ``launches.paired_ratio``. A figure whose interval reaches 0 gives one without an upper bound.
    """
    value = mine.value / theirs.value
    half = math.hypot(_log_half_width(mine), _log_half_width(theirs))
    return Figure(value, value * math.exp(-half), value * math.exp(half))


def _log_half_width(figure: Figure) -> float:
    return math.log(figure.high / figure.low) / 2 if figure.low > 0 else math.inf
