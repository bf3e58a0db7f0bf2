"""How many launches a profile takes: as many as were asked for, or until the throughput is known well enough.

Looking after each launch and ending where the interval happens to be narrow makes it a little too narrow; five launches
at least, and the trust rules, bound by how much.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from workbench.figures.launches import log_t_interval
from workbench.runner.device_time import FEWEST_LAUNCHES, MOST_LAUNCHES

Launches = Sequence[dict[str, Any]]


class Goal:
    """``launches`` of them, or with ``until`` at least so many, and none begun after ``within_s`` of measuring."""

    def __init__(self, launches: int, until: float | None, within_s: float) -> None:
        self._least, self._until, self._within_s = launches, until, within_s
        self._took_s = 0.0

    def took(self, seconds: float) -> None:
        """Count a launch's time, that of compiling included, and without the wait for its turn."""
        self._took_s += seconds

    def wants_more(self, launches: Launches) -> bool:
        """Whether another launch is to begin."""
        if self._until is None or len(launches) < self._least:
            return len(launches) < self._least
        in_time = self._took_s < self._within_s and len(launches) < MOST_LAUNCHES
        return in_time and half_width(launches) > self._until

    def share(self, launches: Launches) -> float:
        """How much is done, 0 to 1, as far as one can say."""
        if self._until is None:
            return len(launches) / self._least
        by_count = len(launches) / max(self._least, needed(launches, self._until))
        return min(1.0, max(by_count, self._took_s / self._within_s))

    def words(self, launches: Launches) -> str:
        """The last launch, for people."""
        speed = f"{launches[-1]['throughput_fps']:.1f} frames/s"
        if self._until is None or len(launches) < self._least:
            return f"launch {len(launches)} of {self._least}: {speed}"
        return f"launch {len(launches)}: {speed}; known to ± {half_width(launches):.1%}, ± {self._until:.1%} is wanted"

    def reached(self, launches: Launches) -> dict[str, Any] | None:
        """What was asked for and what came of it; None when nobody asked."""
        if self._until is None:
            return None
        width = half_width(launches)
        return {"asked": self._until, "half_width": width, "reached": width <= self._until, "launches": len(launches)}

    def notes(self, launches: Launches) -> list[str]:
        """Why it was not reached, and what would be needed."""
        if self._until is None or (width := half_width(launches)) <= self._until:
            return []
        most = f"{MOST_LAUNCHES} launches" if len(launches) >= MOST_LAUNCHES else f"{self._within_s:g} s"
        more = needed(launches, self._until)
        advice = (
            f"about {more} launches would do: give it more time (--within-s)"
            if more <= MOST_LAUNCHES
            else "the machine's load does not settle: more time would not help, a quieter machine or longer launches "
            "(--duration-s) may"
        )
        return [
            f"± {self._until:.1%} could not be reached within {most}: after {len(launches)} launches the "
            f"throughput is known to ± {width:.1%}; {advice}."
        ]


def half_width(launches: Launches) -> float:
    """Of the throughput, as a share; infinite below the launches that can carry an interval."""
    speeds = np.array([launch["throughput_fps"] for launch in launches], dtype=np.float64)
    return log_t_interval(speeds).half_width if speeds.size >= FEWEST_LAUNCHES else math.inf


def needed(launches: Launches, until: float) -> int:
    """How many launches would reach it if they go on to differ as these do: the width falls with their root."""
    width = half_width(launches)
    return len(launches) if width <= until or math.isinf(width) else math.ceil(len(launches) * (width / until) ** 2)
