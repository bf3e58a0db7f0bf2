"""When two answers count as the same: what one is sure of, the other finds at the same place with as much sureness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbench.tasks.boxes import same
from workbench.tasks.boxes.candidates import best
from workbench.tasks.object_detection.heads.table import HEADS
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

_MOST = 20


def fingerprint(outputs: Outputs, recipe: Recipe) -> dict[str, Any]:
    """``{boxes: [[class, score, left, top, right, bottom]]}`` in the model's input, of those that people are shown."""
    head = next(head for head in HEADS if recipe.head in (None, head.NAME))
    boxes, scores, classes = best(head.candidates(outputs, recipe), recipe)
    sure = np.flatnonzero(scores >= recipe.options["shown_from"])[:_MOST]
    rows = zip(classes[sure].tolist(), scores[sure].tolist(), boxes[sure].tolist(), strict=True)
    return {"boxes": [[label, round(score, 4), *(round(side, 2) for side in box)] for label, score, box in rows]}


def differences(then: Mapping[str, Any], now: Mapping[str, Any], allowed: float) -> list[str]:
    """In words, between two fingerprints of one image. ``allowed``: the tolerance of the outputs."""
    return same.differences(then["boxes"], now["boxes"], allowed, "boxes")
