"""Latency figures of one launch, each only as far as the number of its inferences can carry it."""

from __future__ import annotations

import math
from collections.abc import Sequence

# A percentile is an order statistic: with fewer than 1/(1-q) inferences the q-th is merely the slowest one.
_PERCENTILES = {"p50": 50, "p90": 90, "p95": 95, "p99": 99}


def percentile(ordered: Sequence[float], percent: int) -> float:
    """The smallest of the ascending values that at least ``percent`` of them do not exceed.

    Nearest rank, no interpolation: the answer is a latency that happened, and benchmark_app's definition.
    """
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]


def fewest_inferences(percent: int) -> int:
    """How many inferences a launch needs before this percentile differs from its maximum."""
    return math.ceil(100 / (100 - percent))


def summarize(latencies_ms: Sequence[float]) -> dict[str, float | None]:
    """Mean, percentiles and maximum in ms; None for a percentile that so few inferences cannot show."""
    ordered = sorted(latencies_ms)
    return {
        "mean": math.fsum(ordered) / len(ordered),
        **{
            name: percentile(ordered, percent) if len(ordered) >= fewest_inferences(percent) else None
            for name, percent in _PERCENTILES.items()
        },
        "max": ordered[-1],
    }


def missing_reason(name: str, fewest: int) -> str:
    """Why a percentile is not reported, given the inferences of the launch that had fewest."""
    needed = fewest_inferences(_PERCENTILES[name])
    return f"{name} needs at least {needed} inferences in every launch; one had {fewest}"
