"""A metric's uncertainty comes from fresh launches, never from the inferences within one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special
from workbench.figures.figure import FEWEST_LAUNCHES, Figure


class TooFewLaunches(ValueError):
    """An interval was asked of fewer launches than can carry one."""


def log_t_interval(launches: NDArray[np.float64], confidence: float = 0.95) -> Figure:
    """Confidence interval of one positive metric over fresh process launches.

    launches: shape (n,), n >= 5, one value per launch, in the metric's own unit (ms or frames per second).
    Returns low, geometric mean and high in that unit. Raises TooFewLaunches when n < 5, ValueError when a
    value is not positive.

    One value per launch, never per inference: inferences of one process share its memory layout and
    clocks, so counting them narrows the interval without making the answer reproducible. On logarithms,
    since disturbances multiply and a time or a speed is never negative.
    """
    if launches.size < FEWEST_LAUNCHES:
        raise TooFewLaunches(f"{FEWEST_LAUNCHES} launches are needed, there are {launches.size}")
    if not (np.isfinite(launches).all() and (launches > 0).all()):
        raise ValueError(f"an interval on logarithms needs positive values, got {launches.tolist()}")
    logs = np.log(launches)
    error = logs.std(ddof=1) / np.sqrt(logs.size)
    # special.stdtrit is scipy.stats.t.ppf without the second that importing scipy.stats costs.
    margin = special.stdtrit(logs.size - 1, (1 + confidence) / 2) * error
    low, value, high = np.exp(logs.mean() + np.array([-margin, 0.0, margin])).tolist()
    return Figure(value, low, high)


def paired_ratio(mine: NDArray[np.float64], theirs: NDArray[np.float64], confidence: float = 0.95) -> Figure:
    """How many times ``theirs`` one positive metric is in ``mine``, from launches that were taken in turns.

    mine, theirs: shape (n,), n >= 5, in one unit; what stands at the same place was measured in the same round. Raises
    TooFewLaunches when n < 5, ValueError when the shapes differ or a value is not positive.

    Student's t interval (1908) of the differences within pairs, here of logarithms: the geometric mean of the rounds'
    ratios. What makes a whole round slower stands in both of its launches and cancels; in an interval from two
    independent ones (``ratios.ratio``) it would count twice, or, when it hits one of the two alone, not at all.
    """
    if mine.shape != theirs.shape:
        raise ValueError(f"pairs need two of each, got {mine.size} and {theirs.size}")
    if not ((mine > 0).all() and (theirs > 0).all()):
        raise ValueError(f"a ratio needs positive values, got {mine.tolist()} over {theirs.tolist()}")
    return log_t_interval(mine / theirs, confidence)
