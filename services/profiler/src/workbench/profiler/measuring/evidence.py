"""What the trust rules look at, and the limits they object above."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.figures import Figure
from workbench.profiler.values import Loop, Reason, Verdict

Shares = tuple[float | None, ...]


@dataclass(frozen=True)
class Evidence:
    """Tuples hold a value for each launch, in their order; shares are 0–1. None where Linux does not say.

    ``stalls``: the share of a launch that one inference out of all order took. ``rounds``: inferences of each request.
    """

    throughput: Figure
    waiting: Shares
    host: tuple[float, ...]
    cores_obtained: float
    loop: Loop
    speeds: tuple[float, ...] = ()
    stalls: tuple[float, ...] = ()
    stolen: Shares = ()
    throttled: Shares = ()
    memory_stalled: Shares = ()
    clock_limits_khz: tuple[int | None, ...] = ()
    heat_throttles: tuple[int | None, ...] = ()
    pressure_before: float | None = None
    rounds: tuple[float, ...] = ()
    seconds: tuple[float, ...] = ()


@dataclass(frozen=True)
class Limits:
    """Above ``doubtful`` and above ``untrusted`` a rule objects, each more loudly."""

    doubtful: float
    untrusted: float

    def crossed(self, value: float) -> tuple[Verdict, float] | None:
        """The worst limit that ``value`` lies above."""
        if value > self.untrusted:
            return Verdict.UNTRUSTED, self.untrusted
        return (Verdict.DOUBTFUL, self.doubtful) if value > self.doubtful else None

    def objection(self, rule: str, value: float | None, detail: str) -> Reason | None:
        """The rule's reason when ``value`` is known and lies above a limit."""
        crossed = None if value is None else self.crossed(value)
        if value is None or crossed is None:
            return None
        return Reason(rule, crossed[0], detail, value, crossed[1])


def mean_known(values: Iterable[float | None]) -> float | None:
    """Of those that are known; None without any."""
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None
