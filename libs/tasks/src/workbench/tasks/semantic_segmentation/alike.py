"""When two answers count as the same: a coarse grid has the same classes, but for rounding where classes meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbench.imaging.maps import decode_map, encode_map
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation.heads import class_map, logits, one_channel

_OWN = {head.NAME: head.own for head in (logits, class_map, one_channel)}
_SIDE = 64  # rows and columns of the grid at most
_EDGES = 0.01  # of the places: where classes meet, any rounding decides


def fingerprint(outputs: Outputs, recipe: Recipe) -> dict[str, Any]:
    """``{grid}``: the classes at evenly spread pixels of the output."""
    classes = _OWN[recipe.head or logits.NAME](outputs, recipe)
    rows, columns = (np.linspace(0, size - 1, min(size, _SIDE)).round().astype(int) for size in classes.shape)
    return {"grid": encode_map(np.ascontiguousarray(classes[np.ix_(rows, columns)]))}


def differences(then: Mapping[str, Any], now: Mapping[str, Any], allowed: float) -> list[str]:
    """In words, between two fingerprints of one image. ``allowed``: the tolerance of the outputs."""
    before, after = decode_map(then["grid"]), decode_map(now["grid"])
    if before.shape != after.shape:
        return [f"the output has another size: {list(after.shape)}, {list(before.shape)} was recorded"]
    share = float(np.mean(before != after))
    if share <= _EDGES + allowed:
        return []
    return [f"{share:.1%} of the pixels have another class than was recorded, {_EDGES + allowed:.1%} is allowed"]
