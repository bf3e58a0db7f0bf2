"""What a metric is: a share of images that pass, with the interval that so many images can tell."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# Two-sided 95 % of the normal distribution.
_Z = 1.959963984540054

Ranking = list[tuple[int, float]]


@dataclass(frozen=True)
class Prediction:
    """What a model said of one image: classes with scores, best first; and what a reference model said."""

    name: str
    sha256: str
    label: int | None
    top: Ranking
    reference_top: Ranking | None = None


@dataclass(frozen=True)
class Measured:
    """A share of ``n`` images, 0 to 1, with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Metric:
    """A share of images: ``is_hit`` is None for an image that the metric says nothing about.

    ``depth`` is how many of the best classes it looks at; ``needs`` is what an evaluation must have for it.
    """

    name: str
    depth: int
    needs: str
    is_hit: Callable[[Prediction], bool | None]

    def measure(self, predictions: Sequence[Prediction]) -> Measured | None:
        """The share of hits; None when there is not one image it applies to."""
        hits = [hit for hit in map(self.is_hit, predictions) if hit is not None]
        return wilson(sum(hits), len(hits)) if hits else None


def wilson(hits: int, n: int) -> Measured:
    """The share of hits in ``n`` >= 1 with Wilson's 95 % score interval.

    Wilson's, since the usual one has no width at 0 and 1, where a small dataset often ends.
    """
    share, spread = hits / n, _Z**2 / n
    centre = (share + spread / 2) / (1 + spread)
    margin = _Z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / n / 4)
    return Measured(share, max(0.0, centre - margin), min(1.0, centre + margin), n)
