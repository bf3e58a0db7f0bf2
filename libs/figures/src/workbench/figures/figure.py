"""What every measured number is: a value and the bounds it is known to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

# Of the normal distribution, two-sided 95 %: the confidence of every interval here.
Z_95 = 1.959963984540054
FEWEST_LAUNCHES = 5  # below, an interval over launches says more about luck than about the model
FEWEST_IMAGES = 5  # below, the images there are say nothing about others that could have come


@dataclass(frozen=True)
class Figure:
    """A value with its 95 % interval, all in the value's own unit."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Figure:
        """What ``to_json`` made, whatever stands beside it."""
        return cls(document["value"], document["low"], document["high"])

    @property
    def half_width(self) -> float:
        """Half the interval relative to its value: 0.05 is ± 5 %."""
        return (self.high - self.low) / (2 * self.value) if self.value else 0.0

    def holds(self, value: float) -> bool:
        """Whether the interval does not exclude it."""
        return self.low <= value <= self.high

    def scaled(self, factor: float) -> Figure:
        """In another unit."""
        return Figure(factor * self.value, factor * self.low, factor * self.high)

    def less(self, value: float) -> Figure:
        """Its distance from a number that is known exactly."""
        return Figure(self.value - value, self.low - value, self.high - value)

    def to_json(self) -> dict[str, float]:
        """``{value, low, high}``."""
        return asdict(self)
