"""When two answers count as the same: their embeddings point the same way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from workbench.tasks.face_recognition.heads.embedding import vector
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

_NEAR = 0.01  # of the cosine


def fingerprint(outputs: Outputs, recipe: Recipe) -> dict[str, Any]:
    """``{direction}``: the embedding at length one."""
    found = vector(outputs, recipe)
    return {"direction": (found / np.linalg.norm(found)).round(5).tolist()}


def differences(then: Mapping[str, Any], now: Mapping[str, Any], allowed: float) -> list[str]:
    """In words, between two fingerprints of one image. ``allowed``: the tolerance of the outputs."""
    before, after = np.array(then["direction"]), np.array(now["direction"])
    if before.shape != after.shape:
        return [f"the embedding has {len(after)} numbers, {len(before)} were recorded"]
    cosine = float(before @ after)
    if cosine >= 1 - _NEAR - allowed:
        return []
    return [
        f"the embedding points elsewhere: cosine {cosine:.3f} with what was recorded, "
        f"{1 - _NEAR - allowed:.3f} is allowed"
    ]
