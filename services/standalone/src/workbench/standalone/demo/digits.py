"""The demo's images: scikit-learn's 1,797 handwritten digits, enlarged, and split in two.

They come inside scikit-learn's package, so nothing is downloaded. The network learns from ``TRAINING`` of
them and the demo's dataset holds only the others: its accuracy there is that on digits it never saw.
"""

from __future__ import annotations

import io
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SIDE = 64
TRAINING = 1000

# The digits fill their 8×8 pixels to the edge; a frame lets a centre crop pass without cutting strokes off.
_DIGIT_SIDE = 48
_SEED = 20


@dataclass(frozen=True)
class Digits:
    """pixels: shape (n, SIDE, SIDE, 3), uint8 RGB; labels: shape (n,), the digit drawn, 0 to 9."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]


def load() -> tuple[Digits, Digits]:
    """The digits to learn from and the ones held out, in an order that is the same every time."""
    from sklearn.datasets import load_digits  # seconds to import, and only the demo needs it

    bunch = load_digits()
    order = np.random.default_rng(_SEED).permutation(len(bunch.target))
    pixels = np.stack([_enlarge(bunch.images[index]) for index in order])
    labels = bunch.target[order].astype(np.int64)
    return Digits(pixels[:TRAINING], labels[:TRAINING]), Digits(pixels[TRAINING:], labels[TRAINING:])


def write_folders(digits: Digits, folder: Path) -> None:
    """Replace ``folder`` by a PNG per image in a folder per class, ``7/0042.png``: the ImageNet layout."""
    shutil.rmtree(folder, ignore_errors=True)
    for number, (pixels, label) in enumerate(zip(digits.pixels, digits.labels, strict=True)):
        path = folder / str(label) / f"{number:04d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_png(pixels))


def _enlarge(image: NDArray[np.float64]) -> NDArray[np.uint8]:
    """One digit, shape (8, 8), 0 to 16, as white on black in the middle of an RGB picture."""
    small = Image.fromarray((image * (255 / 16)).astype(np.uint8))
    large = small.resize((_DIGIT_SIDE, _DIGIT_SIDE), Image.Resampling.BICUBIC)
    framed = Image.new("L", (SIDE, SIDE))
    framed.paste(large, ((SIDE - _DIGIT_SIDE) // 2,) * 2)
    return np.asarray(framed.convert("RGB"))


def _png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
