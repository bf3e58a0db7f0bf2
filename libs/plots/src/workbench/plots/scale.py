"""What all drawings measure by: their room, the ends of an interval, and the round figures of an axis."""

from __future__ import annotations

import math
from typing import Any

Measured = dict[str, Any]
"""A figure as a report has it: {value, low, high}, all in one unit; low and high may be missing or None."""
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 720, 64, 24, 18, 46


def round_steps(most: float) -> list[float]:
    """From three to seven figures up to ``most``, of one, two or five times a power of ten."""
    power: float = 10.0 ** math.floor(math.log10(most / 3))
    step = next(power * times for times in (5, 2, 1) if power * times * 3 <= most)
    return [step * number for number in range(1, int(most / step) + 1)]


def ends(measured: Measured) -> tuple[float, float]:
    """Without an interval, the value itself."""
    value = measured["value"]
    low, high = measured.get("low"), measured.get("high")
    return (value if low is None else low), (value if high is None else high)
