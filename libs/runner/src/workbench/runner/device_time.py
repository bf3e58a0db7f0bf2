"""How long a measurement may have its device, before anybody has seen the model. Standard library only."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

START_S = 1.0  # until a fresh process has read and compiled a small model
WARM_S = 1.0
LONGEST_STRETCH = 5.0  # times the duration asked for, in search of enough inferences
FEWEST_LAUNCHES, MOST_LAUNCHES = 5, 100


@dataclass(frozen=True)
class Span:
    """How long something takes, in seconds, as far as one can say beforehand: of a quick model, of a slow one."""

    least_s: float
    most_s: float

    def to_json(self) -> dict[str, float]:
        """``{least, most}``, in whole seconds."""
        return {"least": math.ceil(self.least_s), "most": math.ceil(self.most_s)}


def expected_measurement(request: Mapping[str, Any], models: int = 1) -> Span | None:
    """Of the launches that a request asks for, without the wait for the device; None of one that does not say."""
    if not {"duration_s", "launches"} <= set(request):
        return None
    duration_s, launches = request["duration_s"], request["launches"]
    within_s = request.get("within_s") if request.get("until") else None
    each_s = START_S + min(WARM_S, duration_s) + duration_s
    starting_s = models * launches * START_S
    return Span(models * launches * each_s, starting_s + longest_measurement_s(duration_s, launches, within_s, models))


def longest_launch_s(duration_s: float) -> float:
    """Warming up and measuring, when the model is slow."""
    return min(WARM_S, duration_s) + LONGEST_STRETCH * duration_s


def longest_measurement_s(duration_s: float, launches: int, within_s: float | None = None, models: int = 1) -> float:
    """All launches of all models in turns; where they go on until a precision is reached no round begins after
    ``within_s``."""
    round_s = models * longest_launch_s(duration_s)
    return launches * round_s if within_s is None else max(launches * round_s, within_s + round_s)


@dataclass(frozen=True)
class DeviceTime:
    """The most that one request may ask for, in minutes."""

    minutes: int = 60

    def faults(
        self, duration_s: float, launches: int, within_s: float | None = None, models: int = 1
    ) -> dict[str, str]:
        """Field to what it would have to be; nothing when that is little enough. ``models``: measured in turns."""
        asked_s, most_s = longest_measurement_s(duration_s, launches, models=models), 60.0 * self.minutes
        if asked_s <= most_s:
            return self._going_on(duration_s, within_s, models)
        each = f" of each of {models} models" if models > 1 else ""
        why = (
            f"{launches} launches of {duration_s:g} s{each} may hold the device for {_minutes(asked_s)} min when "
            f"the model is slow; one request may for {self.minutes}."
        )
        shorter = longest_duration_s(most_s / launches / models)
        faults = {"duration_s": f"{why} With that many launches give at most {shorter:g}."}
        fewer = int(most_s / longest_launch_s(duration_s) / models)
        if fewer >= FEWEST_LAUNCHES:
            faults["launches"] = f"With that duration give at most {fewer}."
        return faults

    def _going_on(self, duration_s: float, within_s: float | None, models: int) -> dict[str, str]:
        most_s = 60.0 * self.minutes - models * longest_launch_s(duration_s)
        if within_s is None or within_s <= most_s:
            return {}
        return {
            "within_s": f"Going on for {within_s:g} s, and what has begun by then, may hold the device for "
            f"more than the {self.minutes} min of one request; give at most {math.floor(most_s)}."
        }


def longest_duration_s(launch_s: float) -> float:
    """The longest duration whose launch takes no longer than that; tenths of a second, rounded down."""
    short, long = launch_s / (LONGEST_STRETCH + 1), (launch_s - WARM_S) / LONGEST_STRETCH
    return math.floor(10 * (long if long >= WARM_S else short)) / 10


def _minutes(seconds: float) -> str:
    return f"{math.ceil(seconds / 60):,}"
