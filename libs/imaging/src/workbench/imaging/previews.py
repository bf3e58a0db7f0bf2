"""A picture made small for people to look at, and as a file of few bytes."""

from __future__ import annotations

import io

from PIL import Image

_LARGEST_SCALE = 8  # a digit of 28 pixels is seen, and still looks like pixels
_QUALITY = 80


def small(image: Image.Image, longest: int) -> tuple[Image.Image, float]:
    """No side longer than ``longest``, and how much larger or smaller that is. What is tiny is magnified."""
    fits = longest / max(image.size)
    scale = fits if fits < 1 else float(max(1, min(int(fits), _LARGEST_SCALE)))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    how = Image.Resampling.BILINEAR if scale < 1 else Image.Resampling.NEAREST
    return image.resize(size, how, reducing_gap=1.0), scale  # halved by whole pixels before: a third of the time


def jpeg(image: Image.Image) -> bytes:
    """Good enough to look at."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
