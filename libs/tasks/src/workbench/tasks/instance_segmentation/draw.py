"""Things over their picture: the pixels of each in a colour of its own, and which class it is."""

from __future__ import annotations

import numpy as np
from PIL import Image
from workbench.imaging.pencil import frames, overlay, palette
from workbench.tasks.instance_segmentation.result import Segments
from workbench.tasks.recipe import Recipe

_OPACITY = 0.5


def draw(image: Image.Image, result: Segments, recipe: Recipe) -> Image.Image:
    """The picture in its own size; of things that cover each other the surest lies above."""
    shown = list(reversed(list(enumerate(result.shown(recipe), 1))))
    colors = np.zeros((image.height, image.width, 3), np.uint8)
    opacity = np.zeros((image.height, image.width), np.float32)
    for number, each in shown:
        pixels = each.mask.pixels
        rows = slice(each.mask.top, each.mask.top + pixels.shape[0])
        columns = slice(each.mask.left, each.mask.left + pixels.shape[1])
        colors[rows, columns][pixels] = palette(number)
        opacity[rows, columns][pixels] = _OPACITY
    framed = [
        (each.box, palette(number), f"{recipe.class_name(each.class_id)} {each.score:.0%}") for number, each in shown
    ]
    return frames(overlay(image, colors, opacity), framed)
