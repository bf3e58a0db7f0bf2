"""What is drawn on a picture: colours by class, an overlay, a legend. Nothing of a task."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Color = tuple[int, int, int]

_BITS = 8
_BESIDE = 4  # pixels around and between, at the smallest size of letters
_LEGIBLE, _MOST_TIMES = 160, 8  # pixels of the shorter side
_HOTTEST = 0.7  # how far the hottest part is covered
_DARK, _LIGHT = (0, 0, 0), (255, 255, 255)


def palette(number: int) -> Color:
    """The colour of a class: that of Pascal VOC, far from its neighbours'; class 0 is black."""
    red = green = blue = 0
    for bit in range(_BITS):
        red |= (number >> 3 * bit & 1) << 7 - bit
        green |= (number >> 3 * bit + 1 & 1) << 7 - bit
        blue |= (number >> 3 * bit + 2 & 1) << 7 - bit
    return red, green, blue


def overlay(image: Image.Image, colors: NDArray[np.uint8], opacity: NDArray[np.float32]) -> Image.Image:
    """colors: (height, width, 3) of the image; opacity: (height, width), 0 to 1."""
    below = np.asarray(image.convert("RGB"), np.float32)
    part = opacity[:, :, None]
    return Image.fromarray((below * (1 - part) + colors * part + 0.5).astype(np.uint8))


def heat(image: Image.Image, warmth: NDArray[np.float32]) -> Image.Image:
    """warmth: (height, width) of the image, 0 to 1: what is cold stays as it is, what is hot becomes red by yellow."""
    hot = np.clip(warmth, 0, 1)
    colors = np.zeros((*hot.shape, 3), np.uint8)
    colors[..., 0] = 255
    colors[..., 1] = (255 * np.clip(2 - 2 * hot, 0, 1)).astype(np.uint8)
    return overlay(image, colors, (_HOTTEST * hot * hot).astype(np.float32))


def legible(image: Image.Image) -> Image.Image:
    """A picture large enough to be written on: a tiny one is magnified, by a whole number of times."""
    times = min(_MOST_TIMES, -(-_LEGIBLE // min(image.size)))
    return image if times <= 1 else image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)


def legend(image: Image.Image, entries: Sequence[tuple[Color | None, str]]) -> Image.Image:
    """The picture with a colour and words in each line, at the top left, as large as suits it; as many as fit."""
    drawn = image.convert("RGB")
    size = max(10, min(drawn.size) // 28)
    font, beside = ImageFont.load_default(size), max(2, size // _BESIDE)
    fitting = entries[: max(1, (drawn.height - beside) // (size + beside))]
    pencil = ImageDraw.Draw(drawn)
    width = max((int(pencil.textlength(words, font)) for _, words in fitting), default=0) + size + 3 * beside
    box = Image.new("RGB", (width, len(fitting) * (size + beside) + beside), _LIGHT)
    pencil = ImageDraw.Draw(box)
    for number, (color, words) in enumerate(fitting):
        top = beside + number * (size + beside)
        if color is not None:
            pencil.rectangle((beside, top, beside + size, top + size), color, _DARK)
        pencil.text((size + 2 * beside, top + size // 2), words, _DARK, font, anchor="lm")
    drawn.paste(box, (0, 0))
    return drawn


def frames(image: Image.Image, boxes: Sequence[tuple[tuple[float, float, float, float], Color, str]]) -> Image.Image:
    """The picture with a frame and words for each box (left, top, right, bottom), the last above all others."""
    drawn = image.convert("RGB")
    pencil = ImageDraw.Draw(drawn)
    size = max(10, min(drawn.size) // 32)
    font, wide = ImageFont.load_default(size), max(1, size // 8)
    for (left, top, right, bottom), color, words in boxes:
        pencil.rectangle((left, top, max(left, right), max(top, bottom)), outline=color, width=wide)
        beside = (left, top if top < size else top - size)
        pencil.rectangle(pencil.textbbox(beside, words, font), fill=color)
        pencil.text(beside, words, _DARK if sum(color) > 3 * 128 else _LIGHT, font)
    return drawn


def dots(image: Image.Image, points: Sequence[tuple[float, float]], color: Color) -> Image.Image:
    """The picture with a dot at each place, the smaller the more there are."""
    drawn = image.convert("RGB")
    pencil = ImageDraw.Draw(drawn)
    radius = max(1.0, min(drawn.size) / (60 if len(points) < 100 else 200))
    for x, y in points:
        pencil.ellipse((x - radius, y - radius, x + radius, y + radius), color)
    return drawn
