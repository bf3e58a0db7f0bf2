"""A PNG as text for JSON: base64. The texts come from strangers: what is too long is refused before it is decoded."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def encode(levels: NDArray[np.uint8]) -> str:
    """levels: (height, width) or (height, width, 3). The same levels always make the same text."""
    file = io.BytesIO()
    Image.fromarray(levels).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode("ascii")


def data(text: object, longest: int, wanted: str) -> bytes:
    """The bytes that the text stands for; raises ValueError in words. ``wanted``: what the text must be."""
    if not isinstance(text, str) or len(text) > longest:
        raise ValueError(f"must be {wanted}")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("is not base64") from None
