"""A picture as text for JSON: the base64 of an RGB PNG. Every level survives it exactly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from workbench.imaging import png_text
from workbench.imaging.preparation import LARGEST_PIXELS
from workbench.imaging.preprocess import decode

_WANTED = "the base64 of a PNG"
_PNG = b"\x89PNG\r\n\x1a\n"
# Noise does not compress: three bytes a pixel, a third more as base64, and a little for the container.
_LARGEST_TEXT = 5 * LARGEST_PIXELS


def encode_picture(levels: NDArray[np.uint8]) -> str:
    """levels: shape (height, width, 3). The same picture always makes the same text."""
    return png_text.encode(levels)


def decode_picture(text: object) -> NDArray[np.uint8]:
    """What ``encode_picture`` was given, (height, width, 3); raises ValueError in words for anything else."""
    png = png_text.data(text, _LARGEST_TEXT, _WANTED)
    if not png.startswith(_PNG):
        raise ValueError(f"must be {_WANTED}")
    return np.asarray(decode(png))
