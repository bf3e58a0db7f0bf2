"""How often a classifier is right, or agrees with another one: shares of images, with Wilson's interval."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from workbench.figures import Figure, wilson
from workbench.tasks.classification.annotation import Label
from workbench.tasks.classification.result import Ranking
from workbench.tasks.scoring import Metric, Scored

Classified = Scored[Ranking, Label]


def _is_among(k: int, scored: Classified) -> bool | None:
    """Whether the label is among the k best classes."""
    if scored.annotation is None:
        return None
    return scored.annotation.label in [class_id for class_id, _ in scored.result.top[:k]]


def _agrees(scored: Classified) -> bool | None:
    """Whether the reference model puts the same class first. Needs no labels."""
    return None if scored.reference is None else scored.result.first == scored.reference.first


def _share(hits: Sequence[bool]) -> Figure:
    return wilson(sum(hits), len(hits))


# In order of what they are worth: correct answers by k, then mere agreement.
METRICS: tuple[Metric[Ranking, Label], ...] = (
    Metric("top1", "share", "higher", "annotation", partial(_is_among, 1), _share),
    Metric("top5", "share", "higher", "annotation", partial(_is_among, 5), _share),
    Metric("top1_agreement", "share", "higher", "reference", _agrees, _share),
)


def line(scored: Classified) -> dict[str, Any]:
    """What is kept of one image: ``{label, top, correct}``; the first and last None where it has no label."""
    label = scored.annotation.label if scored.annotation else None
    return {"label": label, **scored.result.to_json(), "correct": _is_among(1, scored)}
