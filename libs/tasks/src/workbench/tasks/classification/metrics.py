"""How often a classifier is right, or agrees with another one: shares of images, with Wilson's interval."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from workbench.tasks.classification.annotation import Label
from workbench.tasks.classification.readings import belief, constant
from workbench.tasks.classification.result import Ranking
from workbench.tasks.scoring import Metric, Scored
from workbench.tasks.totals import share

Classified = Scored[Ranking, Label]


def _is_among(k: int, scored: Classified) -> bool | None:
    """Whether the label is among the k best classes."""
    if scored.annotation is None:
        return None
    return scored.annotation.label in [class_id for class_id, _ in scored.result.top[:k]]


def _agrees(scored: Classified) -> bool | None:
    """Whether the reference model puts the same class first. Needs no labels."""
    return None if scored.reference is None else scored.result.first == scored.reference.first


# In order of what they are worth: correct answers by k, then mere agreement.
METRICS: tuple[Metric[Ranking, Label], ...] = (
    replace(share("top1", "annotation", partial(_is_among, 1)), belief=belief),
    share("top5", "annotation", partial(_is_among, 5)),
    replace(share("top1_agreement", "reference", _agrees), belief=constant),
)


def line(scored: Classified) -> dict[str, Any]:
    """What is kept of one image: ``{label, top, correct}``; the first and last None where it has no label."""
    label = scored.annotation.label if scored.annotation else None
    return {"label": label, **scored.result.to_json(), "correct": _is_among(1, scored)}


def answer(result: Ranking) -> int:
    """The first class."""
    return result.first


def sureness(result: Ranking) -> float:
    """The first class's score: of wrong answers the surest is the worst."""
    return result.top[0][1]
