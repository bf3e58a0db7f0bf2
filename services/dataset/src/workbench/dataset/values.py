"""What the api, the kinds and the cores of this service all speak: what is wanted, and the ranges it may have."""

from __future__ import annotations

from dataclasses import dataclass

CALIBRATION_PERCENT = 30

MOST_SIDE_PIXELS = 8192
MOST_GENERATED = 10_000
# About two minutes of one core, and 3 GB of PNG: noise hardly compresses.
GENERATED_PIXELS = 1_000_000_000


@dataclass(frozen=True)
class Ingestion:
    """What to make of an upload; ``format`` None means: find out."""

    calibration_percent: int = CALIBRATION_PERCENT
    format: str | None = None


@dataclass(frozen=True)
class Generation:
    """Which images to make; ``width`` and ``height`` in pixels, ``channels`` 1 (gray) or 3 (RGB)."""

    count: int
    width: int
    height: int
    channels: int = 3
    seed: int = 0
    calibration_percent: int = CALIBRATION_PERCENT
