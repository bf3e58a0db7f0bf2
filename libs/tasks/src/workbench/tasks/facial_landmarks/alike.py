"""When two answers count as the same: each point is where it was, but for a hundredth of the input."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbench.tasks.facial_landmarks.heads import heatmaps, points
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

_SHARES = {head.NAME: head.shares for head in (points, heatmaps)}
_NEAR = 0.01


def fingerprint(outputs: Outputs, recipe: Recipe) -> dict[str, Any]:
    """``{points: [[x, y]]}``, from 0 to 1 across the model's input."""
    return {"points": _SHARES[recipe.head or points.NAME](outputs, recipe).round(4).tolist()}


def differences(then: Mapping[str, Any], now: Mapping[str, Any], allowed: float) -> list[str]:
    """In words, between two fingerprints of one image. ``allowed``: the tolerance of the outputs."""
    before, after = np.array(then["points"]), np.array(now["points"])
    if before.shape != after.shape:
        return [f"there are {len(after)} points, {len(before)} were recorded"]
    off = np.hypot(*(after - before).T)
    moved = int((off > _NEAR + allowed).sum())
    if not moved:
        return []
    return [
        f"{moved} of {len(before)} points have moved, the farthest by {off.max():.1%} of the input; "
        f"{_NEAR + allowed:.1%} is allowed"
    ]
