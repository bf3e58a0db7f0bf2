"""The values that the profiler's API, jobs and core all speak. Standard library only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

FEWEST_LAUNCHES = 5  # below, an interval over launches says more about luck than about the model


class Hint(StrEnum):
    """OpenVINO's performance hints that a profile may ask for."""

    THROUGHPUT = "throughput"
    LATENCY = "latency"


class Loop(StrEnum):
    """How one launch kept the device busy."""

    ASYNC = "async"  # every infer request in flight, as benchmark_app does
    SYNC = "sync"  # one request, one inference after another


class Verdict(StrEnum):
    """Whether a measurement may be relied on, best first."""

    TRUSTED = "trusted"
    DOUBTFUL = "doubtful"
    UNTRUSTED = "untrusted"


@dataclass(frozen=True)
class Interval:
    """A value and the bounds it is known to, all in the metric's own unit."""

    low: float
    value: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the interval relative to its value: 0.05 is ± 5 %."""
        return (self.high - self.low) / (2 * self.value) if self.value else 0.0

    def to_json(self) -> dict[str, float]:
        """The interval as ``{value, low, high}``."""
        return {"value": self.value, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Reason:
    """One rule's objection to a measurement: what it saw, and the limit that was crossed."""

    rule: str
    verdict: Verdict
    detail: str
    value: float
    limit: float

    def to_json(self) -> dict[str, Any]:
        """The reason as JSON."""
        return asdict(self)
