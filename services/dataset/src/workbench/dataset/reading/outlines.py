"""Masks of many images while they are read: as outlines or run lengths, which ``drawing.py`` makes pixels of.

They lie on a shelf until then: those of a large set would fill the memory.
"""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.dataset.reading.shelf import NOTHING, Shelf

TASK = "instance-segmentation"

_FEWEST_NUMBERS = 6  # a triangle
_MOST_NUMBERS = 200_000
_OUTSIDE, _ROUNDING = 2.0, 0.01  # pixels, and parts of the image, that tools may be off by
_RECORD = struct.Struct("<qd?q")  # class, area, crowd, how many polygons or none for run lengths
_RUNS = -1
_CHARACTER, _BITS, _MORE, _MINUS = 48, 5, 0x20, 0x10  # of run lengths as text


@dataclass(frozen=True, slots=True)
class Outline:
    """``polygons``: x and y of each point in turn; ``runs``: how many pixels are out, in, out …, column by column."""

    class_id: int
    polygons: tuple[array[float], ...]
    runs: array[int] | None
    area: float | None
    crowd: bool

    def packed(self) -> bytes:
        """As it lies on a shelf."""
        area = math.nan if self.area is None else self.area
        if self.runs is not None:
            return _RECORD.pack(self.class_id, area, self.crowd, _RUNS) + self.runs.tobytes()
        lengths = array("q", map(len, self.polygons))
        head = _RECORD.pack(self.class_id, area, self.crowd, len(lengths))
        return b"".join([head, lengths.tobytes(), *(polygon.tobytes() for polygon in self.polygons)])

    @classmethod
    def unpacked(cls, record: bytes) -> Outline:
        """What ``packed`` made a record of."""
        class_id, area, crowd, count = _RECORD.unpack_from(record)
        told, rest = None if math.isnan(area) else area, record[_RECORD.size :]
        if count == _RUNS:
            return cls(class_id, (), array("q", rest), told, crowd)
        values = array("d", rest[8 * count :])
        polygons, start = [], 0
        for length in array("q", rest[: 8 * count]):
            polygons.append(values[start : start + length])
            start += length
        return cls(class_id, tuple(polygons), None, told, crowd)


class Outlines(Mapping[str, Any]):
    """Those of one image. ``size``: its width and height as the file says; ``missing``: some thing has no mask.

    Without a size its polygons go from 0 to 1, until ``of_size`` says how large the image is.
    """

    __slots__ = ("_last", "_normalised", "_shelf", "missing", "size")

    def __init__(self, size: tuple[int, int] | None, shelf: Shelf) -> None:
        self.size = size or (1, 1)
        self._normalised = size is None
        self._shelf, self._last = shelf, NOTHING
        self.missing = False

    @property
    def empty(self) -> bool:
        """Whether no thing has a mask."""
        return self._last == NOTHING

    @property
    def things(self) -> list[Outline]:
        """Brought anew each time."""
        return [Outline.unpacked(record) for record in self._shelf.chain(self._last)]

    def of_size(self, width: int, height: int) -> Outlines:
        """In pixels."""
        if not self._normalised:
            return self
        found = Outlines((width, height), self._shelf)
        sides = (width, height)
        for each in self.things:
            polygons = tuple(
                array("d", (value * sides[place % 2] for place, value in enumerate(polygon)))
                for polygon in each.polygons
            )
            found._put(replace(each, polygons=polygons))
        found.missing = self.missing
        return found

    def add(self, class_id: int, segmentation: object, area: float | None, *, crowd: bool) -> None:
        """``segmentation``: as COCO writes it; none is noted as missing. Raises ValueError in words."""
        if not segmentation:
            self.missing = True
            return
        if isinstance(segmentation, dict):
            self._put(Outline(class_id, (), _runs(segmentation, self.size), area, crowd))
            return
        if not isinstance(segmentation, list):
            raise ValueError("segmentation must be a list of polygons, or an object with size and counts")
        outside = _ROUNDING if self._normalised else _OUTSIDE
        polygons = tuple(_polygon(each, self.size, outside) for each in segmentation)
        self._put(Outline(class_id, polygons, None, area, crowd))

    def _put(self, thing: Outline) -> None:
        self._last = self._shelf.put(thing.packed(), self._last)

    def __getitem__(self, key: str) -> Any:
        raise KeyError(key)  # whoever asks draws first

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def image_size(width: object, height: object) -> tuple[int, int] | None:
    """As the file says it; None where it does not, or says nonsense."""
    if type(width) is not int or type(height) is not int or width <= 0 or height <= 0:
        return None
    return width, height


def _polygon(numbers: object, size: tuple[int, int], outside: float) -> array[float]:
    if not isinstance(numbers, list) or not _FEWEST_NUMBERS <= len(numbers) <= _MOST_NUMBERS or len(numbers) % 2:
        raise ValueError(f"a polygon of its segmentation must be x and y of at least {_FEWEST_NUMBERS // 2} points")
    if not all(type(each) in (int, float) and math.isfinite(each) for each in numbers):
        raise ValueError("a polygon of its segmentation has something that is no finite number")
    polygon = array("d", numbers)
    for side, name, largest in ((0, "x", size[0]), (1, "y", size[1])):
        low, high = min(polygon[side::2]), max(polygon[side::2])
        if low < -outside or high > largest + outside:
            of = f" of {size[0]}×{size[1]} pixels" if outside == _OUTSIDE else "; its points are numbers from 0 to 1"
            raise ValueError(f"its segmentation reaches from {name} {low:g} to {high:g}, outside the image{of}")
    return polygon


def _runs(document: dict[str, Any], size: tuple[int, int]) -> array[int]:
    """How many pixels are out, in, out …, column by column."""
    width, height = size
    if document.get("size") != [height, width]:
        raise ValueError(
            f"its segmentation is of the size {str(document.get('size'))[:40]}, height and width; the "
            f"image has {height} and {width}"
        )
    counts = document.get("counts")
    found = read_counts(counts) if isinstance(counts, str) else counts
    if not isinstance(found, list) or not all(type(each) is int and each >= 0 for each in found):
        raise ValueError("counts of its segmentation must be whole numbers from 0, or COCO's text of them")
    if sum(found) != width * height:
        raise ValueError(f"counts of its segmentation are of {sum(found)} pixels; the image has {width * height}")
    return array("q", found)


def read_counts(text: str) -> list[int] | None:
    """COCO's text of run lengths; None for what is none.

    Five bits a character, the lowest first; from the fourth on a number is a difference to that before the last.
    """
    found: list[int] = []
    number = shift = 0
    for character in text:
        value = ord(character) - _CHARACTER
        if not 0 <= value < 2 * _MORE or shift > 60:
            return None
        number |= (value & (_MORE - 1)) << shift
        shift += _BITS
        if value & _MORE:
            continue
        if value & _MINUS:
            number -= 1 << shift
        found.append(number + (found[-2] if len(found) > 2 else 0))
        number = shift = 0
    return None if shift else found
