"""Why a model answers no better than chance: other recipes are tried on a few images, and what mends it is named.

A model that scores no more than chance is seldom a bad one: its pixels go in otherwise than it was trained with, or its
outputs mean something else. Each change is kept only where it is clearly better on the very same images.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from workbench.application.loading import Loaded, Outputs
from workbench.calibrator.scorer import Dataset, LabelOutOfRange, answers, check_annotations
from workbench.imaging.preparation import Preparation
from workbench.imaging.preprocess import Fitted
from workbench.tasks.computing import Computing
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Metric, Scored
from workbench.tasks.suspects import Suspect, groups, suspects

IMAGES = 24
_FEWEST = 5
_GAIN = 0.05  # of a share, or of what it was: less mends nothing

Scale = Metric[Any, Any]
Tried = tuple[Suspect, dict[str, Any]]  # with what each image adds


@dataclass(frozen=True)
class Cause:
    """``value``: the metric as it would be, ``before``: as it is, of ``images`` images each; ``words`` and ``remedy``:
    of the changes that make it so, none where nothing that was tried does.
    """

    words: str
    remedy: str
    value: float
    before: float
    images: int
    tried: int

    def to_json(self) -> dict[str, Any] | None:
        """``{value, before, n, words, remedy}``; None where no cause was found."""
        if not self.remedy:
            return None
        return {
            "value": self.value,
            "before": self.before,
            "n": self.images,
            "words": self.words,
            "remedy": self.remedy,
        }

    def warning(self, metric: str) -> str:
        """For people."""
        if not self.remedy:
            return (
                f"{metric} is near chance, and none of {self.tried} other ways to feed pixels and read outputs "
                f"explains it on {self.images} images: look at the worst images, and at which class is which."
            )
        return (
            f"{metric} is near chance. On {self.images} images it is {self.value:.3g} instead of {self.before:.3g} "
            f"{self.words}: {self.remedy}."
        )


def is_near_chance(metric: Scale, row: Mapping[str, Any]) -> bool:
    """Whether the row of an evaluation may as well be of answers of no worth."""
    if metric.needs == "reference" or row.get("other_reading"):
        return False
    if over := row.get("over_chance"):
        return bool(over["high"] <= 0)
    if "chance" in row:
        return bool(row["low"] <= row["chance"] < 1)
    if metric.worthless is None:
        return False
    return bool(row["value"] <= metric.worthless if metric.better == "higher" else row["value"] >= metric.worthless)


def cause(
    loaded: Loaded, task: Computing[Any, Any], metric: Scale, dataset: Dataset, told: Callable[[str], None]
) -> Cause | None:
    """What mends it; None where so few images tell nothing. ``told``: hears what is tried."""
    known = [item for item in dataset.items if item.name in dataset.annotations or metric.needs == "image"]
    # By digest, since the first of a set may be all of one class.
    some = sorted(known, key=lambda item: item.sha256)[:IMAGES]
    asked = _Asked(loaded, task, metric, replace(dataset, items=some))
    whole_pixels = any(dtype == np.uint8 for dtype in loaded.feeding.dtypes)
    first = best = asked.items(loaded.recipe)
    if len(first) < _FEWEST or math.isnan(metric.total(list(first.values())).value):
        return None
    recipe, found, tried = loaded.recipe, list[Suspect](), 0
    for group in groups(recipe, whole_pixels=whole_pixels):
        told(group)
        others = [
            (suspect, asked.items(suspect.recipe)) for suspect in suspects(recipe, group, whole_pixels=whole_pixels)
        ]
        tried += len(others)
        suspect, items = likeliest(metric, others)
        if suspect is None or _worth(metric, items) <= _worth(metric, best):
            continue
        # One answer for all images is right of some by chance, whichever it is.
        if _is_clearly_better(metric, items, best) and not asked.is_constant(suspect.recipe):
            best, recipe, found = items, suspect.recipe, [*found, suspect]
    value, before = (metric.total(list(items.values())).value for items in (best, first))
    return Cause(
        " and ".join(each.words for each in found),
        " ".join(each.remedy for each in found),
        value,
        before,
        len(first),
        tried,
    )


class _Asked:
    """A model that is asked about the same few images, however a recipe feeds it and reads what it says."""

    def __init__(self, loaded: Loaded, task: Computing[Any, Any], metric: Scale, dataset: Dataset) -> None:
        self._loaded, self._task, self._metric, self._dataset = loaded, task, metric, dataset
        self._fed: Preparation | None = None
        self._said: list[tuple[Outputs, Fitted]] = []

    def items(self, recipe: Recipe) -> dict[str, Any]:
        """What each image adds, by name; nothing where the recipe fits the model's outputs or the annotations not."""
        items = {each.name: self._metric.item(each) for each in self._scored(recipe)}
        return {name: item for name, item in items.items() if item is not None}

    def is_constant(self, recipe: Recipe) -> bool:
        """Whether it is the same answer for every image."""
        return bool(self._metric.belief(self._scored(recipe)).get("constant"))

    def _scored(self, recipe: Recipe) -> list[Scored[Any, Any]]:
        head = self._task.running.head(recipe)
        assert head is not None, "a task that is judged reads outputs"
        if recipe.preparation != self._fed:
            self._fed, self._said = recipe.preparation, self._answers(recipe)
        try:
            said = [head.read(outputs, recipe, fitted) for outputs, fitted in self._said]
            check_annotations(self._task, self._dataset, head.classes(self._said[0][0], recipe), recipe)
        except (ValueError, LabelOutOfRange):
            return []
        return [
            Scored(item.name, item.sha256, result, self._dataset.annotations.get(item.name), None, recipe.options)
            for item, result in zip(self._dataset.items, said, strict=True)
        ]

    def _answers(self, recipe: Recipe) -> list[tuple[Outputs, Fitted]]:
        """Kept, so that reading them otherwise takes no inference."""
        loaded = replace(self._loaded, recipe=recipe, feeding=replace(self._loaded.feeding, recipe=recipe))
        told = answers(loaded, self._dataset, lambda _count: None)
        found = {
            number: ({name: array.copy() for name, array in outputs.items()}, fitted)
            for number, outputs, fitted in told
        }
        return [found[number] for number in range(len(self._dataset.items))]


def likeliest(metric: Scale, tried: list[Tried]) -> Tried | tuple[None, dict[str, Any]]:
    """The best, or the best of those that change less, where it gains next to nothing over that."""
    best = max(tried, key=lambda each: _worth(metric, each[1]), default=None)
    if best is None:
        return None, {}
    less = [each for each in tried if each[0].changes < best[0].changes and each[1]]
    plainer = max(less, key=lambda each: _worth(metric, each[1]), default=best)
    if plainer is best or not (both := [name for name in plainer[1] if name in best[1]]):
        return best
    gained, _, before = _gained(metric, best[1], plainer[1], both)
    return best if gained >= _least(metric, before) else plainer


def _worth(metric: Scale, items: Mapping[str, Any]) -> float:
    """The mean over the images, each by itself: only an order, but one that needs no interval."""
    each = [value for value in metric.each(list(items.values())) if not math.isnan(value)] if items else []
    if not each:
        return -math.inf
    return metric.sign * sum(each) / len(each)


def _is_clearly_better(metric: Scale, items: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    both = [name for name in than if name in items]
    if len(both) < _FEWEST:
        return False
    gained, at_least, before = _gained(metric, items, than, both)
    return at_least > 0 and gained >= _least(metric, before)


def _gained(
    metric: Scale, items: Mapping[str, Any], than: Mapping[str, Any], names: list[str]
) -> tuple[float, float, float]:
    """By these images: how much, the low end of its interval, and of how much."""
    mine, theirs = ([side[name] for name in names] for side in (items, than))
    change, before = metric.change(mine, theirs), metric.total(theirs).value
    gained, least = (change.value, change.low) if metric.better == "higher" else (-change.value, -change.high)
    return gained, least, before


def _least(metric: Scale, before: float) -> float:
    """That mends anything."""
    return _GAIN if metric.unit == "share" else _GAIN * abs(before)
