"""Average precision over images, as COCO and Pascal VOC define it, of what ``matching`` says of each image.

What one image adds is small JSON: how many things of each class are there, and of each thing found its class, its
score and in which ranges and at which thresholds it is right or ignored. Drawing images anew is then no more than
counting each as often as it was drawn, in one order of scores that stays.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from workbench.figures import Figure
from workbench.figures.resampled import resampled, resampled_change
from workbench.tasks import matching
from workbench.tasks.measure import Needs
from workbench.tasks.scoring import Items, Metric

COCO_POINTS = np.linspace(0, 1, 101)  # of recall, as pycocotools has them
VOC_POINTS = np.linspace(0, 1, 11)
COCO_THRESHOLDS = np.linspace(0.5, 0.95, 10)
COCO_MOST = 100  # of one class in one image
# Where medium things begin and where large ones do, in square pixels, as COCO has them.
MEDIUM, LARGE = 32**2, 96**2
# All, small, medium and large.
_SIZES = np.array([[0, 1e10], [0, MEDIUM], [MEDIUM, LARGE], [LARGE, 1e10]])
_MOST_RANGES = 4
_WORTHLESS = 0.03
# right, ignored: a bit for each threshold, by range
_FOUND = np.dtype([("class", "<i4"), ("score", "<f4"), ("right", "<u2", _MOST_RANGES), ("aside", "<u2", _MOST_RANGES)])


@dataclass(frozen=True)
class Matched:
    """One class of one image. ``there``: by range, how many count; right, aside: (ranges, thresholds, found)."""

    class_id: int
    there: Sequence[int]
    scores: NDArray[Any]
    right: NDArray[np.bool_]
    aside: NDArray[np.bool_]


class Known(NamedTuple):
    """A thing that is there, as COCO counts it; ``area`` in square pixels."""

    area: float
    crowd: bool
    difficult: bool


def packed(classes: Sequence[Matched]) -> dict[str, Any]:
    """What one image adds, as JSON."""
    rows = [np.zeros(len(each.scores), _FOUND) for each in classes]
    for row, each in zip(rows, classes, strict=True):
        row["class"], row["score"] = each.class_id, each.scores
        for name, flags in (("right", each.right), ("aside", each.aside)):
            bits = 1 << np.arange(flags.shape[1])
            row[name][:, : len(flags)] = np.einsum("rtn,t->nr", flags, bits)
    found = np.concatenate(rows) if rows else np.zeros(0, _FOUND)
    return {
        "there": [[each.class_id, *each.there] for each in classes if any(each.there)],
        "found": base64.b64encode(found.tobytes()).decode(),
    }


@dataclass(frozen=True)
class Reading:
    """Which figure: the range of sizes, the thresholds by their bits, and at which recalls; None is at all of them."""

    range_: int = 0
    bits: tuple[int, ...] = tuple(range(10))
    points: NDArray[np.float64] | None = None


class Table:
    """All images: the things found in order of class and score, those behind the last right one of a class left out."""

    def __init__(self, items: Items, reading: Reading) -> None:
        self._points = reading.points
        there = [(image, row[0], row[1 + reading.range_]) for image, item in enumerate(items) for row in item["there"]]
        self._images, classes, self._counts = np.array(there, np.int64).reshape(-1, 3).T
        found, image = _gathered(items)
        self.classes = 1 + max(classes.max(initial=-1), found["class"].max(initial=-1))
        self._there_class = classes
        order = np.lexsort((np.arange(len(found)), -found["score"], found["class"]))
        right = _flags(found["right"][order, reading.range_], reading.bits)
        useful = _before_the_last(found["class"][order], np.asarray(right.any(axis=0)))
        self._class, self._image = found["class"][order][useful], image[order][useful]
        self._right = right[:, useful]
        self._wrong = ~self._right & ~_flags(found["aside"][order, reading.range_], reading.bits)[:, useful]
        starts = np.searchsorted(self._class, np.arange(self.classes))
        self._start = starts[self._class] if len(self._class) else np.zeros(0, np.intp)
        self._at, self._place = np.nonzero(self._right)

    def precisions(self, weights: NDArray[np.int64]) -> NDArray[np.float64]:
        """Of each class, (classes,), the mean over thresholds, 0 to 1; NaN where nothing is there.

        weights: (images,), how often each counts.
        """
        there = np.bincount(self._there_class, weights[self._images] * self._counts, self.classes)
        weight = weights[self._image]
        hits, misses = (self._summed(flags * weight) for flags in (self._right, self._wrong))
        at, place = self._at, self._place
        label = self._class[place]
        right = hits[at, place]
        precision = self._best_from_here(right / np.maximum(right + misses[at, place], 1), at, label)
        total = np.maximum(there, 1)
        reached = self._reached(right, total[label]) - self._reached(right - weight[place], total[label])
        sums = np.bincount(label, reached * precision, self.classes) / len(self._right)
        return np.where(there > 0, sums / (total if self._points is None else len(self._points)), np.nan)

    def _summed(self, counted: NDArray[np.int64]) -> NDArray[np.int64]:
        """From the first of its class on."""
        sums = np.concatenate([np.zeros((len(counted), 1), np.int64), counted.cumsum(axis=1)], axis=1)
        within: NDArray[np.int64] = sums[:, 1:] - sums[:, self._start]
        return within

    def _best_from_here(self, precision: NDArray[Any], at: NDArray[Any], label: NDArray[Any]) -> NDArray[np.float64]:
        """The highest at this recall or a greater one: a running maximum from the end, of each class by itself."""
        steps = np.concatenate([[0], np.cumsum((np.diff(at) != 0) | (np.diff(label) != 0))]) if len(at) else at
        above = 2.0 * (steps.max(initial=0) - steps)
        best: NDArray[np.float64] = np.maximum.accumulate((precision + above)[::-1])[::-1] - above
        return best

    def _reached(self, hits: NDArray[Any], total: NDArray[Any]) -> NDArray[Any]:
        """How many points of recall so many hits reach; without points, each hit reaches one."""
        if self._points is None:
            return hits
        return np.where(hits > 0, np.searchsorted(self._points, hits / total, side="right"), 0)


def out_of_range(areas: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(ranges of COCO's sizes, n); areas: (n,) in square pixels."""
    outside: NDArray[np.bool_] = (areas < _SIZES[:, :1]) | (areas > _SIZES[:, 1:])
    return outside


def by_coco(
    label: int, scores: NDArray[Any], overlap: NDArray[Any], found_areas: NDArray[Any], there: Sequence[Known]
) -> Matched:
    """One class of one image: crowds and difficult things are ignored. overlap: (found, there), the surest first."""
    crowd = np.array([known.crowd for known in there], bool)
    sizes = np.array([known.area for known in there], np.float64)
    ignored = out_of_range(sizes) | crowd | np.array([known.difficult for known in there], bool)
    right, aside = matching.coco(overlap, ignored, crowd, COCO_THRESHOLDS)
    aside |= ~right & out_of_range(found_areas)[:, None, :]
    return Matched(label, (~ignored).sum(axis=1).tolist(), scores, right, aside)


# Name, range and thresholds.
COCO_METRICS: tuple[tuple[str, int, tuple[int, ...]], ...] = (
    ("ap", 0, tuple(range(10))),
    ("ap50", 0, (0,)),
    ("ap75", 0, (5,)),
    ("ap_small", 1, tuple(range(10))),
    ("ap_medium", 2, tuple(range(10))),
    ("ap_large", 3, tuple(range(10))),
)


def metric(name: str, needs: Needs, item: Any, reading: Reading) -> Metric[Any, Any]:
    """The mean over the classes that are there; its interval is drawn from the images."""

    def total(items: Items) -> Figure:
        return resampled(np.arange(len(items)), _mean(Table(items, reading), len(items)), 0.0, 1.0)[0]

    def change(mine: Items, theirs: Items) -> Figure:
        table, images = Table([*mine, *theirs], reading), np.arange(len(mine))
        return resampled_change(images, images + len(mine), _mean(table, 2 * len(mine)), 1.0)

    def by_class(items: Items) -> dict[int, Figure]:
        table = Table(items, reading)
        figures = resampled(np.arange(len(items)), lambda drawn: table.precisions(_often(drawn, len(items))), 0.0, 1.0)
        return {number: figure for number, figure in enumerate(figures) if not np.isnan(figure.value)}

    return Metric(name, "share", "higher", needs, item, total, change, by_class)


def coco_metrics(item: Any) -> tuple[Metric[Any, Any], ...]:
    """``COCO_METRICS``, of what ``item`` says of annotated images."""
    return tuple(
        replace(metric(name, "annotation", item, Reading(range_, bits, COCO_POINTS)), worthless=_WORTHLESS)
        for name, range_, bits in COCO_METRICS
    )


def agreement(item: Any) -> Metric[Any, Any]:
    """COCO's average precision against a reference model, of what ``item`` says of an image."""
    return metric("ap_agreement", "reference", item, Reading(0, tuple(range(10)), COCO_POINTS))


def _mean(table: Table, images: int) -> Any:
    def of(drawn: NDArray[np.int64]) -> NDArray[np.float64]:
        found = table.precisions(_often(drawn, images))
        known = ~np.isnan(found)
        return np.array([found[known].mean() if known.any() else np.nan])

    return of


def _often(drawn: NDArray[np.int64], images: int) -> NDArray[np.int64]:
    return np.bincount(drawn, minlength=images)


def _gathered(items: Items) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """All that is found, and in which image."""
    each = [np.frombuffer(base64.b64decode(item["found"]), _FOUND) for item in items]
    found = np.concatenate(each) if each else np.zeros(0, _FOUND)
    return found, np.repeat(np.arange(len(each)), [len(rows) for rows in each])


def _flags(bits: NDArray[np.uint16], wanted: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.array([(bits >> bit) & 1 for bit in wanted], bool)


def _before_the_last(classes: NDArray[Any], right: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies at or before the last right one of its class: what is less sure changes no precision that counts."""
    last = np.full(1 + classes.max(initial=-1), -1)
    places = np.flatnonzero(right)
    last[classes[places]] = places  # of several the last is kept
    useful: NDArray[np.bool_] = np.arange(len(classes)) <= last[classes] if len(classes) else right
    return useful
