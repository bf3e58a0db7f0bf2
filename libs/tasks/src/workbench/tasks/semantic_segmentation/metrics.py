"""How well a class map covers what is there: counts of pixels, over all images.

One image adds ``[class, right, said, there]`` for each class that is said or there: pixels where both agree, where the
model says it, and where it is. Pixels nobody has judged are left out of all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.figures.resampled import resampled_change
from workbench.tasks.scoring import Items, Metric, Scored
from workbench.tasks.semantic_segmentation.annotation import IGNORED, Annotation
from workbench.tasks.semantic_segmentation.result import NOTHING, ClassMap
from workbench.tasks.totals import whole

Segmented = Scored[ClassMap, Annotation]
Counts = list[list[int]]

_IDS = 256
_PRESENT = 0.01  # of the pixels: less is the edge of something else


def table(said: NDArray[np.uint8], there: NDArray[np.uint8], ignored: int) -> NDArray[np.intp]:
    """Pixels by the class that is there and the one that is said, (256, 256); said, there: the same shape."""
    judged = (there != IGNORED) & (there != ignored)
    pairs = there[judged].astype(np.intp) * _IDS + said[judged]
    return np.bincount(pairs, minlength=_IDS * _IDS).reshape(_IDS, _IDS)


def counts(said: NDArray[np.uint8], there: NDArray[np.uint8], ignored: int) -> Counts:
    """The same of each class, of two maps (height, width). Where the model says no class it says a wrong one."""
    counted = table(said, there, ignored)
    columns = np.stack([np.diagonal(counted), counted.sum(0), counted.sum(1)], axis=1)
    columns[NOTHING] = 0
    return [[int(number), *columns[number].tolist()] for number in np.flatnonzero(columns.any(1))]


def _correct(scored: Segmented) -> Counts | None:
    if scored.annotation is None:
        return None
    return counts(scored.result.classes, scored.annotation.mask(), scored.options["ignore_label"])


def _agreeing(scored: Segmented) -> Counts | None:
    return None if scored.reference is None else counts(scored.result.classes, scored.reference.classes, IGNORED)


def _gather(items: Items) -> NDArray[np.int64]:
    """Shape (images, classes, 3), a class beyond the last that is said or there for none."""
    classes = 1 + max((row[0] for counted in items for row in counted), default=0)
    gathered = np.zeros((len(items), classes, 3), np.int64)
    for image, counted in zip(gathered, items, strict=True):
        for number, *columns in counted:
            image[number] = columns
    return gathered


def _iou(images: NDArray[np.int64]) -> NDArray[np.float64]:
    """Of each class over all images; NaN for one that is neither said nor there."""
    right, said, there = np.moveaxis(images.sum(0), -1, 0)
    union = said + there - right
    return np.divide(right, union, out=np.full(len(union), np.nan), where=union > 0)


def _mean_iou(images: NDArray[np.int64]) -> float:
    found = _iou(images)
    return float(found[~np.isnan(found)].mean()) if not np.isnan(found).all() else float("nan")


def _pixel_accuracy(images: NDArray[np.int64]) -> float:
    right, _, there = images.sum((0, 1))
    return float(right / there) if there else float("nan")


def _belief(images: Sequence[Segmented]) -> dict[str, Any]:
    """Beside what the most frequent class everywhere would score; nothing where there is but one class."""
    counted = _gather([item for item in map(_correct, images) if item is not None])
    there = counted[:, :, 2]
    if np.count_nonzero(there.sum(0)) < 2:
        return {}
    most = int(there.sum(0).argmax())
    plain = np.zeros_like(counted)
    plain[:, :, 2] = there
    plain[:, most, 0], plain[:, most, 1] = there[:, most], there.sum(1)
    gained = resampled_change(counted, plain, lambda some: np.array([_mean_iou(some)]), 1.0)
    words = "the most frequent class everywhere scores"
    return {"chance": _mean_iou(plain), "over_chance": gained.to_json(), "chance_of": words}


METRICS: tuple[Metric[ClassMap, Annotation], ...] = (
    replace(whole("mean_iou", "annotation", _correct, _gather, _mean_iou, _iou), belief=_belief, worthless=0.1),
    whole("pixel_accuracy", "annotation", _correct, _gather, _pixel_accuracy),
    whole("mean_iou_agreement", "reference", _agreeing, _gather, _mean_iou, _iou),
)


def line(scored: Segmented) -> dict[str, Any]:
    """What is kept of one image: ``{mask}``."""
    return scored.result.to_json()


def answer(result: ClassMap) -> list[int]:
    """The classes of at least a hundredth of the pixels."""
    return sorted(class_id for class_id, share in result.shares.items() if share >= _PRESENT)
