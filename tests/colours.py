"""A classifier of colours and pictures of them: small enough that a test runs it, and right of most.

For tests that ask how a classifier is scored, calibrated or refused, and not what a real one recognises.
"""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset13 as ops
from PIL import Image

CLASSES = 60
SIDE = 32
MEAN = (104, 117, 123)  # blue, green, red
RECIPE: dict[str, Any] = {
    "task": "classification",
    "labels": None,
    "input": {"name": "data_0", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
    "resize": "crop",
    "short_side": None,
    "interpolation": "bilinear",
    "color": "BGR",
    "mean": list(MEAN),
    "scale": None,
    "output": None,
    "label_offset": 0,
    "top_k": 5,
}
_SHARPNESS = 1 / 400


def colours() -> NDArray[np.float32]:
    """Blue, green and red of each class."""
    return np.random.default_rng(3).integers(20, 236, (CLASSES, 3)).astype(np.float32)


def is_found(label: int) -> bool:
    """Whether the classifier is right of the class's picture, which shows the next class otherwise."""
    return label % 20 != 15


def picture(label: int, seed: int = 0, *, kind: str = "PNG", size: tuple[int, int] = (40, 36)) -> bytes:
    """Of the class's colour, with noise that no other seed gives."""
    shown = colours()[label if is_found(label) else (label + 1) % CLASSES][::-1]
    noise = np.random.default_rng((label, seed)).normal(0, 6, (*size[::-1], 3))
    file = io.BytesIO()
    Image.fromarray(np.clip(shown + noise, 0, 255).astype(np.uint8)).save(file, kind)
    return file.getvalue()


def network() -> ov.Model:
    """Which of the colours is nearest to the picture's own: a convolution, the mean of all pixels, a softmax."""
    nearest_to = colours() - np.array(MEAN, np.float32)
    image = ops.parameter([1, 3, SIDE, SIDE], np.float32, name="data_0")
    image.output(0).set_names({"data_0"})
    kernel = (2 * _SHARPNESS * nearest_to).reshape(CLASSES, 3, 1, 1)
    offset = (-_SHARPNESS * (nearest_to**2).sum(1)).reshape(1, CLASSES, 1, 1)
    by_pixel = ops.add(ops.convolution(image, kernel, [1, 1], [0, 0], [0, 0], [1, 1], name="conv"), offset)
    scores = ops.softmax(ops.reduce_mean(by_pixel, ops.constant([2, 3]), keep_dims=False), 1)
    scores.output(0).set_names({"scores"})
    return ov.Model([scores], [image], "colours")
