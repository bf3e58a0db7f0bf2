"""The values that the profiler's API, jobs and core all speak. Standard library only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


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
