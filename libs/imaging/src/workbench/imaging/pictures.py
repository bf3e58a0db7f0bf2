"""A picture as text for JSON: the base64 of an RGB PNG. Every level survives it exactly."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import LARGEST_PIXELS, decode

_PNG = b"\x89PNG\r\n\x1a\n"
# Noise does not compress: three bytes a pixel, a third more as base64, and a little for the container.
_LARGEST_TEXT = 5 * LARGEST_PIXELS


def encode_picture(levels: NDArray[np.uint8]) -> str:
    """levels: shape (height, width, 3). The same picture always makes the same text."""
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def decode_picture(text: object) -> NDArray[np.uint8]:
    """What ``encode_picture`` was given; raises ValueError in words for anything else."""
    if not isinstance(text, str) or len(text) > _LARGEST_TEXT:
        raise ValueError("must be the base64 of a PNG")
    try:
        png = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
    if not png.startswith(_PNG):
        raise ValueError("must be the base64 of a PNG")
    return np.asarray(decode(png))
