"""When two answers count as the same: the first class is, unless both best were so close that rounding swaps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbench.tasks.classification.heads.scores import chosen_scores
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe


def fingerprint(outputs: Outputs, recipe: Recipe) -> dict[str, Any]:
    """``{first: {class, lead}}``: the best class, and how far it leads as a part of the scores' largest magnitude."""
    scores = chosen_scores(outputs, recipe)
    ranked = np.sort(scores)[::-1]
    lead = float(ranked[0] - ranked[1]) if ranked.size > 1 else float("inf")
    magnitude = float(np.max(np.abs(scores), initial=0.0)) or 1.0
    return {"first": {"class": int(np.argmax(scores)), "lead": float(f"{min(lead / magnitude, 2.0):.6g}")}}


def differences(then: Mapping[str, Any], now: Mapping[str, Any], allowed: float) -> list[str]:
    """In words, between two fingerprints of one image. ``allowed``: the tolerance of the outputs."""
    before, after = then["first"], now["first"]
    if before["class"] == after["class"] or before["lead"] <= 2 * allowed:
        return []
    return [f"the first class is {after['class']}, {before['class']} was recorded"]
