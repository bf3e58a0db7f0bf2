"""A map of one byte a pixel as text for JSON: the base64 of a PNG. Whole numbers survive it exactly.

The texts come from datasets, so they are as untrusted as an upload: only a PNG with one channel of 8 bits is taken, its
size is known before a pixel is decoded.
"""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging import png_text
from workbench.imaging.preparation import LARGEST_PIXELS

_START = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
_HEADER = struct.Struct(">IIBB")  # width, height, bits a sample, kind of colour
_BITS, _GRAY = 8, 0
# Noise does not compress; a little more than a byte a pixel holds any map.
_LARGEST_TEXT = 2 * LARGEST_PIXELS


def encode_map(levels: NDArray[np.uint8]) -> str:
    """levels: shape (height, width). The same map always makes the same text."""
    return png_text.encode(levels)


def decode_map(text: object) -> NDArray[np.uint8]:
    """What ``encode_map`` was given, (height, width); raises ValueError in words for anything else."""
    png, (width, height) = _png(text)
    try:
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            levels: NDArray[np.uint8] = np.asarray(image)
    # As with pictures: Pillow meets damage with OSError, SyntaxError, struct.error, zlib.error …
    except Exception as damage:
        raise ValueError(f"is a broken PNG: {damage or type(damage).__name__}") from damage
    if levels.shape != (height, width) or levels.dtype != np.uint8:
        raise ValueError(f"is a PNG of another kind than its header says: {list(levels.shape)}, {levels.dtype}")
    return levels


def map_size(text: object) -> tuple[int, int]:
    """Width and height by the header alone; raises ValueError in words."""
    return _png(text)[1]


def _png(text: Any) -> tuple[bytes, tuple[int, int]]:
    png = png_text.data(text, _LARGEST_TEXT, "the base64 of a PNG with one channel of 8 bits")
    if not png.startswith(_START) or len(png) < len(_START) + _HEADER.size:
        raise ValueError("is not a PNG")
    width, height, bits, colour = _HEADER.unpack_from(png, len(_START))
    if (bits, colour) != (_BITS, _GRAY):
        raise ValueError(f"must have one channel of 8 bits, not {bits} bits and the PNG colour type {colour}")
    if not 0 < width * height <= LARGEST_PIXELS:
        raise ValueError(f"has {width}×{height} pixels; 1 to {LARGEST_PIXELS:,} are taken")
    return png, (width, height)
