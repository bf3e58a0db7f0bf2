"""The figures of an evaluation, each with how it differs from another model's on the very same images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from workbench.calibrator.predictions import Noted, pairs
from workbench.figures import Figure
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Metric

Scale = Metric[Any, Any]


def row(metric: Scale, mine: Sequence[Noted], theirs: Sequence[Noted], recipe: Recipe) -> dict[str, Any] | None:
    """Of one metric: the figure, the classes it is made of, the change; None when it applies to no image."""
    items = [each.items[metric.name] for each in mine if metric.name in each.items]
    if not items:
        return None
    figure = metric.total(items)
    if math.isnan(figure.value):  # such as of masks that judge no pixel
        return None
    found = {
        "metric": metric.name,
        "unit": metric.unit,
        "better": metric.better,
        **figure.to_json(),
        "n": metric.count(items),
    }
    parts = metric.parts(items)
    if parts:
        found["classes"] = [_part(number, part, recipe) for number, part in parts.items()]
    change = _lost(metric, figure, mine) if metric.needs == "reference" else _changed(metric, pairs(mine, theirs))
    return {**found, "change": change} if change else found


def changed_items(metric: Scale, mine: Sequence[Noted], theirs: Sequence[Noted]) -> dict[str, Any]:
    """The images that are better or worse than before by the metric, or merely answered otherwise, by name."""
    both = pairs(mine, theirs)
    better = _better(metric, both)
    fixed = [name for name, gained in better.items() if gained > 0]
    broken = [name for name, gained in better.items() if gained < 0]
    differing = [each.name for each, other in both if each.answer != other.answer]
    return {
        "fixed": fixed,
        "broken": broken,
        "differing": differing,
        "fixed_n": len(fixed),
        "broken_n": len(broken),
        "differing_n": len(differing),
    }


def _part(number: int, figure: Figure, recipe: Recipe) -> dict[str, Any]:
    return {"class": number, "label": recipe.label(number), **figure.to_json()}


def _lost(metric: Scale, figure: Figure, mine: Sequence[Noted]) -> dict[str, Any]:
    """Without annotations, what disagrees with the reference counts as lost."""
    perfect = [each.perfect[metric.name] for each in mine if metric.name in each.perfect]
    change = figure.less(metric.total(perfect).value)
    return _told(change, len(perfect))


def _changed(metric: Scale, both: Sequence[tuple[Noted, Noted]]) -> dict[str, Any] | None:
    scored = [(mine.items, theirs.items) for mine, theirs in both if metric.name in mine.items.keys() & theirs.items]
    if not scored:
        return None
    change = metric.change(*([items[metric.name] for items in side] for side in zip(*scored, strict=True)))
    return _told(change, metric.count([items[metric.name] for items, _ in scored]))


def _told(change: Figure, n: int) -> dict[str, Any]:
    return {**change.to_json(), "n": n, "beyond_noise": not change.holds(0.0)}


def _better(metric: Scale, both: Sequence[tuple[Noted, Noted]]) -> dict[str, float]:
    """By name, how much better an image is by itself, of those that the metric applies to."""
    scored = [(mine, theirs) for mine, theirs in both if metric.name in mine.items and metric.name in theirs.items]
    now, before = (
        metric.each([each.items[metric.name] for each in side])
        for side in ([mine for mine, _ in scored], [theirs for _, theirs in scored])
    )
    return {mine.name: metric.sign * (one - other) for (mine, _), one, other in zip(scored, now, before, strict=True)}
