"""A metric as it is told: what ``metrics.py`` of a task computes, without what computes it. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower"]
Needs = Literal["annotation", "reference"]


@dataclass(frozen=True)
class Measure:
    """``better``: the direction; ``needs``: what an evaluation must have for it, annotations or a reference model."""

    name: str
    unit: str
    better: Better
    needs: Needs
    words: str
