"""What paired measurements share: the interval of a ratio."""

from __future__ import annotations

import math
import statistics

ROUNDS = 8
_T = 2.365  # two-sided 95 % of Student's t with ROUNDS - 1 degrees of freedom


def geometric(ratios: list[float]) -> tuple[float, float, float]:
    """Low, mean and high of ROUNDS positive ratios: the t interval of their logarithms."""
    logs = [math.log(ratio) for ratio in ratios]
    mean, margin = statistics.mean(logs), _T * statistics.stdev(logs) / math.sqrt(ROUNDS)
    return math.exp(mean - margin), math.exp(mean), math.exp(mean + margin)
