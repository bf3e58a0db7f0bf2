"""What is counted and shown of known masks of things."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from PIL import Image
from workbench.imaging.pencil import frames, overlay, palette
from workbench.tasks.instance_segmentation.annotation import Instances
from workbench.tasks.instance_segmentation.patch import Patch
from workbench.tasks.scoring import Naming, Seen

OF_LEVELS = False
_OPACITY = 0.5


def things(annotation: Instances) -> list[Seen]:
    """Each by its pixels."""
    return [Seen(thing.class_id, float(thing.mask.pixels.sum())) for thing in annotation.things]


def ties(annotation: Instances) -> list[Hashable]:  # noqa: ARG001
    """None."""
    return []


def draw(image: Image.Image, annotation: Instances, name: Naming, scale: float) -> Image.Image:
    """The pixels of each in a colour of its own, and a frame with its name."""
    colors = np.zeros((image.height, image.width, 3), np.uint8)
    opacity = np.zeros((image.height, image.width), np.float32)
    framed = []
    for number, thing in enumerate(annotation.things, 1):
        left, top, right, bottom = box = _box(thing.mask, scale, image.size)
        inside = Image.fromarray(thing.mask.pixels).resize((right - left, bottom - top), Image.Resampling.NEAREST)
        pixels = np.asarray(inside, bool)
        colors[top:bottom, left:right][pixels] = palette(number)
        opacity[top:bottom, left:right][pixels] = _OPACITY
        framed.append((box, palette(number), name(thing.class_id)))
    return frames(overlay(image, colors, opacity), framed)


def _box(mask: Patch, scale: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """At least a pixel of the image."""
    wide, high = mask.size
    left, top = min(int(mask.left * scale), size[0] - 1), min(int(mask.top * scale), size[1] - 1)
    right, bottom = round((mask.left + wide) * scale), round((mask.top + high) * scale)
    return left, top, min(max(right, left + 1), size[0]), min(max(bottom, top + 1), size[1])


def copied(annotation: Instances, *, mirrored: bool) -> Instances:  # noqa: ARG001
    """The same things."""
    return annotation
