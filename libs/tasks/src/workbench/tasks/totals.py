"""The kinds of metric: a share of images, a mean over them, and a figure that all images make together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.figures import Figure, paired_change, wilson
from workbench.figures.resampled import resampled, resampled_change
from workbench.tasks.measure import Better, Needs
from workbench.tasks.scoring import A, Items, Metric, R, Scored

Gather = Callable[[Items], NDArray[Any]]


def share(
    name: str, needs: Needs, is_hit: Callable[[Scored[R, A]], bool | None], better: Better = "higher"
) -> Metric[R, A]:
    """How many of the images are hits, with Wilson's interval."""
    return Metric(name, "share", better, needs, is_hit, _hits, _changed_hits)


def mean(
    name: str,
    unit: str,
    better: Better,
    needs: Needs,
    item: Callable[[Scored[R, A]], float | None],
    most: float,
) -> Metric[R, A]:
    """The mean of one number an image, which is from 0 to ``most``; its interval is drawn from the images."""

    def one(images: NDArray[Any]) -> NDArray[np.float64]:
        return images.mean(axis=0, keepdims=True)

    def total(items: Items) -> Figure:
        return resampled(np.array(items, np.float64), one, 0.0, most)[0]

    def change(mine: Items, theirs: Items) -> Figure:
        return resampled_change(np.array(mine, np.float64), np.array(theirs, np.float64), one, most)

    return Metric(name, unit, better, needs, item, total, change)


def whole(
    name: str,
    needs: Needs,
    item: Callable[[Scored[R, A]], Any],
    gather: Gather,
    total: Callable[[NDArray[Any]], float],
    parts: Callable[[NDArray[Any]], NDArray[np.float64]] | None = None,
) -> Metric[R, A]:
    """A share that is no mean over images, such as a ratio of sums over all; its interval is drawn from the images.

    gather: the items as an array, one image along the first axis each. total: of such an array, 0 to 1. parts: of such
    an array, one number a class, NaN for a class that there is not.
    """

    def one(images: NDArray[Any]) -> NDArray[np.float64]:
        return np.array([total(images)])

    def change(mine: Items, theirs: Items) -> Figure:
        both = gather([*mine, *theirs])
        return resampled_change(both[: len(mine)], both[len(mine) :], one, 1.0)

    def by_class(items: Items) -> dict[int, Figure]:
        figures = resampled(gather(items), parts, 0.0, 1.0) if parts else []
        return {number: figure for number, figure in enumerate(figures) if not np.isnan(figure.value)}

    return Metric(
        name, "share", "higher", needs, item, lambda items: resampled(gather(items), one, 0.0, 1.0)[0], change, by_class
    )


def _hits(hits: Sequence[bool]) -> Figure:
    return wilson(sum(hits), len(hits))


def _changed_hits(mine: Sequence[bool], theirs: Sequence[bool]) -> Figure:
    pairs = list(zip(mine, theirs, strict=True))
    fixed = sum(now and not before for now, before in pairs)
    broken = sum(before and not now for now, before in pairs)
    return paired_change(fixed, broken, len(pairs))
