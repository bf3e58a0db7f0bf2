"""When two answers count as the same: what one is sure of, the other finds at the same place with as much sureness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbench.tasks.boxes.overlap import overlaps
from workbench.tasks.object_detection.candidates import best
from workbench.tasks.object_detection.heads.table import HEADS
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

_MOST = 20
_SAME = 0.9  # overlap of a thing with itself: rounding moves an edge by little
_SURENESS = 0.02  # beside the tolerance of the outputs, since scores are products of them
_ALL_OF = 0.9  # of those found: where two cover each other, rounding decides which is kept


def fingerprint(outputs: Outputs, recipe: Recipe) -> dict[str, Any]:
    """``{boxes: [[class, score, left, top, right, bottom]]}`` in the model's input, of those that people are shown."""
    head = next(head for head in HEADS if recipe.head in (None, head.NAME))
    boxes, scores, classes = best(head.candidates(outputs, recipe), recipe)
    sure = np.flatnonzero(scores >= recipe.options["shown_from"])[:_MOST]
    rows = zip(classes[sure].tolist(), scores[sure].tolist(), boxes[sure].tolist(), strict=True)
    return {"boxes": [[label, round(score, 4), *(round(side, 2) for side in box)] for label, score, box in rows]}


def differences(then: Mapping[str, Any], now: Mapping[str, Any], allowed: float) -> list[str]:
    """In words, between two fingerprints of one image. ``allowed``: the tolerance of the outputs."""
    before, after = then["boxes"], now["boxes"]
    lost, more = _missing(before, after, allowed), _missing(after, before, allowed)
    found = [f"{lost} of {len(before)} boxes that were recorded are not found"] if lost else []
    return found + ([f"{more} of {len(after)} boxes were not recorded"] if more else [])


def _missing(wanted: list[list[float]], there: list[list[float]], allowed: float) -> int:
    """How many have no like, 0 where so few that rounding explains them."""
    if not wanted:
        return 0
    mine, theirs = np.array(wanted, float), np.array(there, float).reshape(-1, 6)
    near = overlaps(mine[:, 2:], theirs[:, 2:]) >= _SAME - allowed
    same = mine[:, None, 0] == theirs[None, :, 0]
    as_sure = np.abs(mine[:, None, 1] - theirs[None, :, 1]) <= _SURENESS + allowed
    count = int((~(near & same & as_sure).any(axis=1)).sum())
    return count if count > (1 - _ALL_OF) * len(wanted) else 0
