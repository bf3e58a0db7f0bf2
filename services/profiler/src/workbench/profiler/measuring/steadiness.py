"""Rules on the launches among themselves: do they tell of one speed, the same from first to last?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special
from workbench.figures.figure import FEWEST_LAUNCHES
from workbench.profiler.measuring.evidence import Evidence, Limits, mean_known
from workbench.profiler.values import Reason

# A trend counts when chance makes one so clear in one of a hundred quiet measurements; below 3 % from first to last
# it is smaller than what fresh launches differ by anyway.
DRIFT = Limits(0.03, 0.15)
_TREND_CONFIDENCE = 0.99
# Two groups count when the gap between them is so many times the larger group's own width. Five launches of one
# normal speed look like that in 0.5 of a hundred measurements, and seldom with a gap of 5 %.
MODES = Limits(0.05, 0.15)
_CLEARLY_APART = 4.0
_LEAST_WIDTH = 0.002  # of a group: launches that agree by luck are not a group of no width
# A process that was stopped for 0.1 s in each launch of 2 s has measured 5 % too little. Preemption on a shared
# machine makes single inferences of 10 to 25 ms: about 1 %.
STALL = Limits(0.02, 0.10)


def drift(evidence: Evidence) -> Reason | None:
    """Each launch is faster, or slower, than the one before."""
    value = trend(np.array(evidence.speeds, dtype=np.float64))
    way = "faster" if value > 0 else "slower"
    detail = (
        f"From the first launch to the last it became {abs(value):.0%} {way}: the machine was not in one state "
        "(it warmed up, cooled down, or its load changed). Wait until it has settled, and measure again."
    )
    return DRIFT.objection("drift", abs(value), detail)


def two_modes(evidence: Evidence) -> Reason | None:
    """The launches fall into two groups with nothing between."""
    gap, low, high = modes(np.array(evidence.speeds, dtype=np.float64))
    detail = (
        f"The launches fall into two groups, about {low:.4g} and {high:.4g} frames/s, with nothing between: "
        "no average describes either. Something has two states: which cores are given, memory placement, a clock "
        "limit. Fix the CPUs the workbench may use (taskset, a static CPU policy), and measure again."
    )
    return MODES.objection("two-modes", gap, detail)


def stall(evidence: Evidence) -> Reason | None:
    """Now and then everything stood still for far longer than an inference takes."""
    value = mean_known(evidence.stalls)
    detail = (
        f"Single inferences took {value or 0:.0%} of the time, many times the usual: the process was stopped, or "
        "the machine stood still. Look for what suspends it (a paused virtual machine or container, a "
        "debugger, swapping), and measure again."
    )
    return STALL.objection("stall", value, detail)


def trend(speeds: NDArray[np.float64]) -> float:
    """The relative change from the first launch to the last on a straight line; 0 when it may be chance.

    speeds: shape (n,), one a launch in their order, in any unit; 0 for fewer than FEWEST_LAUNCHES.
    """
    if speeds.size < FEWEST_LAUNCHES:
        return 0.0
    order = np.arange(speeds.size) - (speeds.size - 1) / 2
    logs = np.log(speeds)
    slope = float(order @ logs / (order @ order))
    rest = logs - logs.mean() - slope * order
    error = float(np.sqrt(rest @ rest / (speeds.size - 2) / (order @ order)))
    # Launches that are equal to the last digit are not measured so: 0.1 % is the least that can be told.
    error = max(error, 0.001 / float(np.sqrt(order @ order)))
    clear = abs(slope) > special.stdtrit(speeds.size - 2, (1 + _TREND_CONFIDENCE) / 2) * error
    return float(np.expm1(slope * (speeds.size - 1))) if clear else 0.0


def modes(speeds: NDArray[np.float64]) -> tuple[float, float, float]:
    """The relative gap between two groups of at least two launches, and the groups' speeds; a gap of 0 for one.

    speeds: shape (n,), one a launch, in any unit; all 0 for fewer than FEWEST_LAUNCHES.
    """
    if speeds.size < FEWEST_LAUNCHES:
        return 0.0, 0.0, 0.0
    ordered = np.sort(speeds)
    splits = range(2, speeds.size - 1)
    at = max(splits, key=lambda index: ordered[index] / ordered[index - 1])
    low, high = ordered[:at], ordered[at:]
    gap = float(high[0] / low[-1] - 1)
    width = max(float(low[-1] / low[0] - 1), float(high[-1] / high[0] - 1), _LEAST_WIDTH)
    return (gap if gap > _CLEARLY_APART * width else 0.0), float(np.median(low)), float(np.median(high))
