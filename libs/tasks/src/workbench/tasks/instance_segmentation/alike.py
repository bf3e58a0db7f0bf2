"""When two answers count as the same: the same things at the same places, filled as much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL import Image
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes import same
from workbench.tasks.instance_segmentation.heads.table import HEADS
from workbench.tasks.instance_segmentation.result import Segment
from workbench.tasks.protocols import Outputs
from workbench.tasks.recipe import Recipe

_MOST = 20


def fingerprint(outputs: Outputs, recipe: Recipe) -> dict[str, Any]:
    """``{segments: [[class, score, left, top, right, bottom, filled]]}`` in the model's input, of those shown.

    ``filled``: the mask's part of its box.
    """
    taken = recipe.preparation.input
    size = (taken.width, taken.height)
    head = next(head for head in HEADS if recipe.head in (None, head.NAME))
    found = head.read(outputs, recipe, Fitted(Image.new("RGB", size), size, (1.0, 1.0), 0, 0))
    return {"segments": [_row(each) for each in found.shown(recipe)[:_MOST]]}


def differences(then: Mapping[str, Any], now: Mapping[str, Any], allowed: float) -> list[str]:
    """In words, between two fingerprints of one image. ``allowed``: the tolerance of the outputs."""
    return same.differences(then["segments"], now["segments"], allowed, "things")


def _row(each: Segment) -> list[float]:
    left, top, right, bottom = each.box
    filled = float(each.mask.pixels.sum()) / ((right - left) * (bottom - top))
    sides = (round(side, 2) for side in each.box)
    return [each.class_id, round(each.score, 4), *sides, round(filled, 3)]
