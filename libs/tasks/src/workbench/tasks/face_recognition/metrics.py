"""How well people are told apart, over pairs of images.

An image adds its embedding and the pairs that it is the first of; pairs whose other image was not looked at are left
out. What is drawn anew for an interval are pairs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.figures import Figure, paired_change, wilson
from workbench.figures.resampled import resampled, resampled_change
from workbench.tasks.face_recognition.annotation import Known
from workbench.tasks.face_recognition.result import Embedding, near
from workbench.tasks.face_recognition.verification import Marks, Numbers, auc, hits, tar_at_far
from workbench.tasks.scoring import Items, Metric, Scored
from workbench.tasks.totals import mean

Seen = Scored[Embedding, Known]

_NOTHING = Figure(math.nan, math.nan, math.nan)
_SETTINGS = ("compared_by", "folds", "far")


@dataclass(frozen=True)
class Pairs:
    """Of one evaluation, in the order of their names. ``far``: the option."""

    names: list[tuple[str, str]]
    nearness: Numbers
    same: Marks
    folds: NDArray[np.intp]
    far: float

    @property
    def table(self) -> Numbers:
        """A row a pair, for drawing."""
        return np.stack([self.nearness, self.same], axis=1)


def pairs_of(items: Items) -> Pairs:
    """Those whose two images are both there."""
    vectors = {item["name"]: Embedding(item["embedding"]).vector for item in items}
    settings = dict(zip(_SETTINGS, items[0]["settings"], strict=True))
    listed = sorted((item["name"], *pair) for item in items for pair in item["pairs"] if pair[0] in vectors)
    by = settings["compared_by"]
    nearness = np.array([near(vectors[first], vectors[second], by) for first, second, *_ in listed])
    same = np.array([pair[2] for pair in listed], bool)
    given = np.array([pair[3] for pair in listed], np.intp)
    folds = given if len(set(given.tolist())) > 1 else _dealt(same, settings["folds"])
    return Pairs([(first, second) for first, second, *_ in listed], nearness, same, folds, settings["far"])


def _dealt(same: Marks, folds: int) -> NDArray[np.intp]:
    """In turn, so that each fold has its share of both kinds."""
    dealt = np.zeros(len(same), np.intp)
    for kind in (same, ~same):
        dealt[kind] = np.arange(kind.sum()) % folds
    return dealt


def _count(items: Items) -> int:
    """Of pairs whose two images are both there."""
    names = {item["name"] for item in items}
    return sum(pair[0] in names for item in items for pair in item["pairs"])


def _item(scored: Seen) -> dict[str, Any] | None:
    if scored.annotation is None:
        return None
    return {
        "name": scored.name,
        "embedding": scored.result.text,
        "pairs": [[pair.other, pair.same, pair.fold] for pair in scored.annotation.pairs],
        "settings": [scored.options[name] for name in _SETTINGS],
    }


def _right(items: Items) -> Marks:
    pairs = pairs_of(items)
    return hits(pairs.nearness, pairs.same, pairs.folds)


def _accuracy(items: Items) -> Figure:
    right = _right(items)
    return wilson(int(right.sum()), len(right)) if len(right) else _NOTHING


def _alone(items: Items) -> list[float]:
    """Of each image, the share of the pairs that it is in which are told right."""
    right, pairs = _right(items), pairs_of(items).names
    told: dict[str, list[bool]] = {item["name"]: [] for item in items}
    for pair, is_right in zip(pairs, right.tolist(), strict=True):
        for name in pair:
            told[name].append(is_right)
    return [sum(told[item["name"]]) / len(told[item["name"]]) if told[item["name"]] else math.nan for item in items]


def _changed_accuracy(mine: Items, theirs: Items) -> Figure:
    now, before = _right(mine), _right(theirs)
    return paired_change(int((now & ~before).sum()), int((before & ~now).sum()), len(now)) if len(now) else _NOTHING


def _drawn(name: str, of: Callable[[Numbers, Marks, float], float]) -> Metric[Embedding, Known]:
    """A figure that all pairs make together, from 0 to 1."""

    def totals(far: float) -> Callable[[NDArray[Any]], Numbers]:
        return lambda table: np.array([of(table[:, 0], table[:, 1] > 0, far)])

    def total(items: Items) -> Figure:
        pairs = pairs_of(items)
        return resampled(pairs.table, totals(pairs.far), 0.0, 1.0)[0] if pairs.names else _NOTHING

    def change(mine: Items, theirs: Items) -> Figure:
        now, before = pairs_of(mine), pairs_of(theirs)
        return resampled_change(now.table, before.table, totals(now.far), 1.0) if now.names else _NOTHING

    return Metric(name, "share", "higher", "annotation", _item, total, change, count=_count, alone=_alone)


def _agreement(scored: Seen) -> float | None:
    if scored.reference is None:
        return None
    return max(0.0, scored.result.nearness(scored.reference, "cosine"))


METRICS: tuple[Metric[Embedding, Known], ...] = (
    Metric(
        "pair_accuracy",
        "share",
        "higher",
        "annotation",
        _item,
        _accuracy,
        _changed_accuracy,
        count=_count,
        alone=_alone,
        worthless=0.6,
    ),
    _drawn("roc_auc", lambda nearness, same, _far: auc(nearness, same)),
    _drawn("tar_at_far", tar_at_far),
    mean("embedding_agreement", "cosine", "higher", "reference", _agreement, 1.0),
)


def line(scored: Seen) -> dict[str, Any]:
    """What is kept of one image."""
    return scored.result.to_json()


def answer(result: Embedding) -> list[float]:
    """Where it points, in tenths."""
    vector = result.vector
    return [round(float(number), 1) for number in vector / np.linalg.norm(vector)]


def likeness(one: Embedding, other: Embedding, options: Mapping[str, Any]) -> float:
    """Of two pictures, as the recipe compares them."""
    return one.nearness(other, options["compared_by"])
