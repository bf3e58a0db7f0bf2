"""A metric as it is told: what ``metrics.py`` of a task computes, without what computes it. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Better = Literal["higher", "lower"]
Needs = Literal["annotation", "reference", "image"]


@dataclass(frozen=True)
class Measure:
    """``better``: the direction; ``needs``: what an evaluation must have for it: annotations, a reference
    model, or no more than the image itself.
    """

    name: str
    unit: str
    better: Better
    needs: Needs
    words: str
