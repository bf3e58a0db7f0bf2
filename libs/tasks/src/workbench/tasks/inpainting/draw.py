"""The picture made whole, with the edge of what was missing."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter
from workbench.imaging.pencil import palette
from workbench.tasks.inpainting.result import Whole
from workbench.tasks.recipe import Recipe

_EDGE = palette(2)


def draw(image: Image.Image, result: Whole, recipe: Recipe) -> Image.Image:  # noqa: ARG001
    """The picture in its own size: only what was missing is the model's."""
    filled, hole = (
        each.resize(image.size, how, box=result.over)
        for each, how in (
            (Image.fromarray(result.levels), Image.Resampling.BICUBIC),
            (Image.fromarray(result.missing.astype(np.uint8) * 255), Image.Resampling.NEAREST),
        )
    )
    drawn = image.convert("RGB")
    drawn.paste(filled, mask=hole)
    wide = 2 * (min(image.size) // 200) + 3  # pixels, odd as the filter needs it
    inner = hole.filter(ImageFilter.MinFilter(wide))
    edge = Image.fromarray(((np.asarray(hole) == 255) & (np.asarray(inner) == 0)).astype(np.uint8) * 255)
    drawn.paste(Image.new("RGB", image.size, _EDGE), mask=edge)
    return drawn
