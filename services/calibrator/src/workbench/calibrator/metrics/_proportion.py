"""What a metric is: a share of images that pass, with the interval that so many images can tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from workbench.figures import Figure, wilson

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
    """A share of ``n`` images."""

    share: Figure
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
        return Measured(wilson(sum(hits), len(hits)), len(hits)) if hits else None
