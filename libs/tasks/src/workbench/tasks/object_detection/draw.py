"""Boxes on their picture: a colour for each class, and which it is."""

from __future__ import annotations

from PIL import Image
from workbench.imaging.pencil import frames, palette
from workbench.tasks.object_detection.result import Boxes
from workbench.tasks.recipe import Recipe


def draw(image: Image.Image, result: Boxes, recipe: Recipe) -> Image.Image:
    """The picture in its own size; of boxes that cover each other the surest lies above."""
    shown = reversed(result.shown(recipe))
    return frames(
        image,
        [
            (
                (box.left, box.top, box.right, box.bottom),
                palette(box.class_id + 1),
                f"{recipe.class_name(box.class_id)} {box.score:.0%}",
            )
            for box in shown
        ],
    )
