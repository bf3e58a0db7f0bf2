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
