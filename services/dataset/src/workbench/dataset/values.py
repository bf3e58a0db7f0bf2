"""What the api, the kinds and the cores of this service all speak: specs, and the ranges they allow.

Standard library only (the runner's core side is that, too).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.runner.core import Refusal

CALIBRATION_PERCENT = 30

SIDE_PIXELS = (1, 8192)
GENERATED_IMAGES = (1, 10_000)
# About two minutes of one core, and 3 GB of PNG: noise hardly compresses.
GENERATED_PIXELS = 1_000_000_000


class BadSpec(Refusal):
    """A field of the spec is missing or outside what it may be."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}", field=field)


@dataclass(frozen=True)
class Ingestion:
    """What to make of an upload; ``format`` None means: find out."""

    calibration_percent: int = CALIBRATION_PERCENT
    format: str | None = None

    @classmethod
    def from_json(cls, spec: dict[str, Any]) -> Ingestion:
        """The spec as read from ``spec.json``; raises BadSpec."""
        chosen = spec.get("format")
        if chosen is not None and not isinstance(chosen, str):
            raise BadSpec("format", "must be the name of a format, or null to have it recognised")
        return cls(_whole(spec, "calibration_percent", (0, 100), CALIBRATION_PERCENT), chosen)


@dataclass(frozen=True)
class Generation:
    """Which images to make; ``width`` and ``height`` in pixels, ``channels`` 1 (gray) or 3 (RGB)."""

    count: int
    width: int
    height: int
    channels: int = 3
    seed: int = 0
    calibration_percent: int = CALIBRATION_PERCENT

    @classmethod
    def from_json(cls, spec: dict[str, Any]) -> Generation:
        """The spec as read from ``spec.json``; raises BadSpec, also when it all adds up to too much."""
        wanted = cls(
            count=_whole(spec, "count", GENERATED_IMAGES),
            width=_whole(spec, "width", SIDE_PIXELS),
            height=_whole(spec, "height", SIDE_PIXELS),
            channels=_whole(spec, "channels", (1, 3), 3),
            seed=_whole(spec, "seed", (0, 2**63 - 1), 0),
            calibration_percent=_whole(spec, "calibration_percent", (0, 100), CALIBRATION_PERCENT),
        )
        if wanted.channels == 2:
            raise BadSpec("channels", "must be 1 (gray) or 3 (RGB), not 2")
        most = GENERATED_PIXELS // (wanted.width * wanted.height)
        if wanted.count > most:
            raise BadSpec("count", f"at {wanted.width}×{wanted.height} at most {most} images are made, "
                                   f"not {wanted.count}")
        return wanted


def _whole(spec: dict[str, Any], field: str, allowed: tuple[int, int], default: int | None = None) -> int:
    value = spec.get(field, default)
    low, high = allowed
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadSpec(field, f"must be a whole number from {low} to {high}, not {value!r}")
    return value
