"""The class of every pixel of a mask, from whatever picture holds it: a palette, gray of any depth, colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.dataset.pictures import whole_file
from workbench.dataset.reading.coding import IGNORED, Coding, Color, Mask
from workbench.imaging.preprocess import opened

_UNKNOWN = 256  # no id of a class
_SHOWN = 5
_PNG_BITS = 24  # where a PNG says how many bits a sample has
_TIFF_BITS = 258


@dataclass(frozen=True)
class _Way:
    """One way to understand a mask. ``codes``: a number a pixel; ``known``: the class of each; both less than ``size``.

    ``shown``: a code, and ``accepted``: those that are known, as people see them.
    """

    codes: NDArray[Any]
    known: Mapping[int, int]
    size: int
    shown: Callable[[int], str]
    accepted: str


def class_map(mask: Mask) -> NDArray[np.uint8]:
    """Shape (height, width): ids of classes, or 255. Raises ValueError in words, naming the pixel at fault."""
    data = whole_file(mask.entry)
    refusals = []
    for way in opened(data, partial(_ways, data=data, coding=mask.coding)):
        table = np.full(way.size, _UNKNOWN, np.int16)
        table[list(way.known)] = list(way.known.values())
        classes = table[way.codes]
        if not (unknown := classes == _UNKNOWN).any():
            return classes.astype(np.uint8)
        refusals.append(_refusal(way, unknown))
    raise ValueError(refusals[0])


def _ways(image: Image.Image, data: bytes, coding: Coding) -> list[_Way]:
    """In the order in which they count. Raises ValueError for what can be no mask."""
    bits = _bits(image, data)
    if image.format == "JPEG":
        raise ValueError("a JPEG does not keep the exact value of a pixel; a mask must be a PNG, BMP, GIF or TIFF")
    if image.mode == "P":
        return _palette_ways(image, coding)
    if image.mode.startswith("I;16"):
        return [_gray_way(np.asarray(image).astype(np.uint16), 1, coding)]
    if bits > 8:
        raise ValueError(f"{bits} bits a sample are read of gray masks alone; in colours there must be 8")
    if image.mode in ("1", "L", "LA"):
        levels = np.asarray(image.getchannel(0)).astype(np.uint8)
        # Pillow spreads levels of less than 8 bits over 0 to 255, but for those of one bit.
        return [
            _gray_way(levels, 255, coding)
            if image.mode == "1"
            else _gray_way(levels // (255 // (2**bits - 1)), 255 // (2**bits - 1), coding)
        ]
    if image.mode in ("RGB", "RGBA", "RGBX"):
        return [_color_way(np.asarray(image)[:, :, :3], coding)]
    raise ValueError(f"pixels of the kind {image.mode} are not read; a mask has a palette, gray levels or RGB colours")


def _bits(image: Image.Image, data: bytes) -> int:
    """Of a sample in the file, whatever Pillow made of it."""
    if image.format == "PNG":
        return data[_PNG_BITS]
    told = getattr(image, "tag_v2", {}).get(_TIFF_BITS, 8)
    return int(told[0] if isinstance(told, tuple) else told)


def _palette_ways(image: Image.Image, coding: Coding) -> list[_Way]:
    """By colour, which survives when a program sorts the palette anew; by index, where colours mean nothing."""
    indexes = np.asarray(image)
    parts = iter(image.getpalette("RGB") or [])
    palette = dict(enumerate(zip(parts, parts, parts, strict=False)))
    known = {index: coding.colors[color] for index, color in palette.items() if color in coding.colors}

    def shown(index: int) -> str:
        return f"the colour {palette.get(index, 'beyond the palette')} (index {index} of the palette)"

    ways = [_Way(indexes, known, 256, shown, _colors(coding))] if coding.colors else []
    if coding.values:
        # Programs number the palette of a GIF as they like: its gray levels are the ids, not its indexes.
        numbers = (
            {index: color[0] for index, color in palette.items() if len(set(color)) == 1}
            if image.format == "GIF"
            else {index: index for index in range(256)}
        )
        values = {index: coding.values[number] for index, number in numbers.items() if number in coding.values}
        ways.append(_Way(indexes, values, 256, shown, _values(coding.values)))
    return ways if coding.by_palette else ways[::-1]


def _gray_way(levels: NDArray[Any], step: int, coding: Coding) -> _Way:
    """``levels`` as they are stored; as a colour one is ``step`` times as bright."""
    if coding.values:
        return _Way(levels, coding.values, 1 << 16, "the value {}".format, _values(coding.values))
    grays = {
        red // step: label
        for (red, green, blue), label in coding.colors.items()
        if red == green == blue and red % step == 0
    }

    def shown(level: int) -> str:
        return f"the colour {(level * step,) * 3}" if level * step < 256 else f"the value {level}"

    return _Way(levels, grays, 1 << 16, shown, _colors(coding))


def _color_way(colors: NDArray[np.uint8], coding: Coding) -> _Way:
    """colors: shape (height, width, 3). Where no colour means anything, gray ones are levels."""
    red, green, blue = (colors[:, :, channel] for channel in range(3))
    if not coding.colors:
        odd = (red != green) | (green != blue)
        if odd.any():
            x, y = _first(odd)
            color = tuple(int(part) for part in colors[y, x])
            raise ValueError(
                f"pixel ({x}, {y}) has the colour {color}, but nothing tells what colours mean; the mask "
                f"must hold ids of classes: {_values(coding.values)}"
            )
        return _gray_way(red, 1, coding)
    codes = red.astype(np.uint32) << 16 | green.astype(np.uint32) << 8 | blue
    known = {_packed(color): label for color, label in coding.colors.items()}
    return _Way(
        codes, known, 1 << 24, lambda code: f"the colour {(code >> 16, code >> 8 & 255, code & 255)}", _colors(coding)
    )


def _packed(color: Color) -> int:
    return color[0] << 16 | color[1] << 8 | color[2]


def _refusal(way: _Way, unknown: NDArray[np.bool_]) -> str:
    x, y = _first(unknown)
    count = int(unknown.sum())
    more = f" ({count} pixels are of no class)" if count > 1 else ""
    return f"pixel ({x}, {y}) has {way.shown(int(way.codes[y, x]))}, which no class has{more}; {way.accepted}"


def _first(found: NDArray[np.bool_]) -> tuple[int, int]:
    """Column and row of the first pixel, row by row."""
    y, x = divmod(int(found.argmax()), found.shape[1])
    return x, y


def _colors(coding: Coding) -> str:
    named = [f"{coding.classes[label]} {color}" for color, label in coding.colors.items() if label != IGNORED]
    return f"known are {', '.join(named[:_SHOWN])}" + (f" and {len(named) - _SHOWN} more" if named[_SHOWN:] else "")


def _values(values: Mapping[int, int]) -> str:
    """As ranges: 0 to 20, 255."""
    there = sorted(values)
    gaps = [place for place, (value, following) in enumerate(pairwise(there), 1) if following > value + 1]
    ranges = [there[start:end] for start, end in pairwise([0, *gaps, len(there)])]
    return "known are " + ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in ranges)
