"""A metric's figure for people, by its unit: a share in percent, decibels as they are. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.figures.figure import Figure

_PER_CENT = frozenset({"share", "ratio"})
# On these 1 is all there is to have, so a hundredth of it is a point.
_IN_POINTS = _PER_CENT | {"cosine"}


def in_unit(value: float, unit: str) -> str:
    """``61.5 %`` of a share or ratio, ``31.2 dB``, ``0.998`` of a cosine."""
    if unit in _PER_CENT:
        return f"{value * 100:.1f} %"
    return f"{value:.3f}" if unit == "cosine" else f"{value:.1f} {unit}"


def with_interval(found: Mapping[str, Any]) -> str:
    """``61.5 % (54.6 to 68.0)``. ``found``: value, perhaps low and high, and ``unit``, without one a share."""
    unit = unit_of(found)
    low, high = found.get("low"), found.get("high")
    around = f" ({_bare(low, unit)} to {_bare(high, unit)})" if low is not None and high is not None else ""
    return in_unit(found["value"], unit) + around


def unit_of(found: Mapping[str, Any]) -> str:
    """Of a metric as an evaluation tells it; those of earlier releases told none, and nearly all were shares."""
    return str(found.get("unit") or "share")


def as_change(change: Figure, unit: str) -> tuple[Figure, str]:
    """A difference of two such figures in what limits are given in: points for what ends at 1, else the unit itself."""
    return (change.scaled(100), "points") if unit in _IN_POINTS else (change, unit)


def _bare(value: float, unit: str) -> str:
    return in_unit(value, unit).split(" ", 1)[0]
