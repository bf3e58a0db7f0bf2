"""The pixels of one thing: the smallest rectangle around them, and which of it they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.maps import decode_map, encode_map, map_size
from workbench.imaging.orientation import Turn

_HELD = 255  # of a pixel in the map, so that the PNG can be looked at


@dataclass(frozen=True)
class Patch:
    """``left`` and ``top`` in pixels of the image; ``text``: the rectangle as ``maps.py`` writes it, empty for none."""

    left: int
    top: int
    text: str

    @classmethod
    def of(cls, mask: NDArray[np.bool_], left: int = 0, top: int = 0) -> Patch:
        """mask: (height, width), the corner of which lies at ``left`` and ``top``."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return cls(0, 0, "")
        cut = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return cls(left + int(columns[0]), top + int(rows[0]), encode_map(cut.astype(np.uint8) * np.uint8(_HELD)))

    @property
    def pixels(self) -> NDArray[np.bool_]:
        """(height, width) of the rectangle. Raises ValueError in words for a text that is no map."""
        return decode_map(self.text) > 0 if self.text else np.zeros((0, 0), bool)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, by the header alone. Raises ValueError in words."""
        return map_size(self.text) if self.text else (0, 0)

    def turned(self, turn: Turn) -> Patch:
        """The same on the image once it has been turned so. Raises ValueError in words for a text that is no map."""
        if not self.text:
            return self
        wide, high = self.size
        left, top, *_ = turn.box(self.left, self.top, self.left + wide, self.top + high)
        return Patch(int(left), int(top), encode_map(turn.levels(decode_map(self.text))))

    def to_json(self) -> dict[str, Any]:
        """``{left, top, map}``."""
        return {"left": self.left, "top": self.top, "map": self.text}

    @classmethod
    def from_json(cls, document: object) -> Patch:
        """Raises ValueError in words."""
        if not isinstance(document, Mapping) or set(document) != {"left", "top", "map"}:
            raise ValueError("must have left, top and map, and nothing else")
        left, top, text = document["left"], document["top"], document["map"]
        if type(left) is not int or type(top) is not int or left < 0 or top < 0:
            raise ValueError("left and top must be whole numbers from 0")
        if text:
            map_size(text)
        return cls(left, top, text)


@dataclass(frozen=True)
class Placed:
    """A patch with its pixels at hand."""

    patch: Patch
    pixels: NDArray[np.bool_]
    area: int

    @classmethod
    def of(cls, patch: Patch) -> Placed:
        """Decoded once."""
        pixels = patch.pixels
        return cls(patch, pixels, int(pixels.sum()))


def overlaps(mine: Sequence[Placed], theirs: Sequence[Placed], crowd: Sequence[bool]) -> NDArray[np.float64]:
    """Intersection over union of pixels, (len(mine), len(theirs)); of a crowd the part of mine that lies in it."""
    found = np.zeros((len(mine), len(theirs)))
    for row, one in enumerate(mine):
        for column, other in enumerate(theirs):
            both = _shared(one, other)
            whole = one.area if crowd[column] else one.area + other.area - both
            found[row, column] = both / whole if whole else 0.0
    return found


def _shared(one: Placed, other: Placed) -> int:
    left, top = max(one.patch.left, other.patch.left), max(one.patch.top, other.patch.top)
    right = min(_right(one), _right(other))
    bottom = min(_bottom(one), _bottom(other))
    if right <= left or bottom <= top:
        return 0
    return int((_window(one, left, top, right, bottom) & _window(other, left, top, right, bottom)).sum())


def _right(placed: Placed) -> int:
    return placed.patch.left + placed.pixels.shape[1]


def _bottom(placed: Placed) -> int:
    return placed.patch.top + placed.pixels.shape[0]


def _window(placed: Placed, left: int, top: int, right: int, bottom: int) -> NDArray[np.bool_]:
    x, y = placed.patch.left, placed.patch.top
    return placed.pixels[top - y : bottom - y, left - x : right - x]
