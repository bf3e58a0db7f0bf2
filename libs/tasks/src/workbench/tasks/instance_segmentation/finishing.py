"""From candidates and what the model says of their pixels to things in the original image."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import Fitted
from workbench.tasks.boxes.candidates import Candidates, ranked
from workbench.tasks.boxes.corners import to_original
from workbench.tasks.instance_segmentation.patch import Patch
from workbench.tasks.instance_segmentation.result import Segment, Segments
from workbench.tasks.recipe import Recipe

Span = tuple[float, float, float, float]


class Plane(NamedTuple):
    """How likely each part is the thing's: values (height, width) over ``span``, in pixels of the model's input."""

    values: NDArray[np.float32]
    span: Span


def finished(
    candidates: Candidates, recipe: Recipe, fitted: Fitted, plane: Callable[[int, NDArray[np.float32]], Plane]
) -> Segments:
    """The surest of them; ``plane`` is asked of a row of the model's table and the box found there."""
    boxes, scores, classes, rows = ranked(candidates, recipe)
    placed = to_original(boxes, fitted)
    found = []
    for at in range(len(boxes)):
        left, top, right, bottom = (round(float(side), 3) for side in placed[at])
        if right <= left or bottom <= top:
            continue
        box = (left, top, right, bottom)
        mask = in_picture(plane(int(rows[at]), boxes[at]), box, fitted, recipe.options["mask_threshold"])
        found.append(Segment(int(classes[at]), round(float(scores[at]), 6), box, mask))
    return Segments(tuple(found))


def in_picture(plane: Plane, box: Span, fitted: Fitted, threshold: float) -> Patch:
    """What of the box is likelier than ``threshold``: bilinear between the plane's centres, as its pixels lie.

    box: in the original image.
    """
    left, top = math.floor(box[0]), math.floor(box[1])
    right, bottom = min(math.ceil(box[2]), fitted.size[0]), min(math.ceil(box[3]), fitted.size[1])
    height, width = plane.values.shape
    across = _centres(left, right, fitted.scale[0], fitted.left, plane.span[0], plane.span[2], width)
    down = _centres(top, bottom, fitted.scale[1], fitted.top, plane.span[1], plane.span[3], height)
    columns = _between(plane.values.T, across)
    values = _between(columns.T, down)
    return Patch.of(values > threshold, left, top)


def _centres(start: int, end: int, scale: float, offset: int, low: float, high: float, count: int) -> NDArray[Any]:
    """Where pixels of the original lie among ``count`` values between ``low`` and ``high`` of the input."""
    there = (np.arange(start, end) + 0.5) * scale + offset
    placed: NDArray[Any] = np.clip((there - low) * count / max(high - low, 1e-6) - 0.5, 0, count - 1)
    return placed


def _between(values: NDArray[Any], places: NDArray[Any]) -> NDArray[Any]:
    """values: (n, m); rows at places between whole numbers, (len(places), m)."""
    below = np.floor(places).astype(np.intp)
    above = np.minimum(below + 1, len(values) - 1)
    part = (places - below)[:, None].astype(np.float32)
    found: NDArray[Any] = values[below] * (1 - part) + values[above] * part
    return found
