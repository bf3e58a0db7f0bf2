"""A class map over its picture: a colour for each class, and which it is."""

from __future__ import annotations

import numpy as np
from PIL import Image
from workbench.imaging.pencil import legend, overlay, palette
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation.result import NOTHING, ClassMap, name_of

_OPACITY = 0.55
_COLORS = np.array([palette(number) for number in range(256)], np.uint8)


def draw(image: Image.Image, result: ClassMap, recipe: Recipe) -> Image.Image:
    """The picture in its own size; where there is no class it stays as it is."""
    classes = result.classes
    opacity = np.where(classes == NOTHING, np.float32(0), np.float32(_OPACITY))
    drawn = overlay(image, _COLORS[classes], opacity)
    entries = [
        (None if class_id == NOTHING else palette(class_id), f"{name_of(class_id, recipe)} {share:.0%}")
        for class_id, share in result.shares.items()
    ]
    return legend(drawn, entries)
