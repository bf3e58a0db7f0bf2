"""Masks of many images while they are read: as outlines or run lengths, drawn when the annotation is asked for.

Polygons are drawn by pycocotools, so that a pixel at an edge is counted as everybody counts it. It is given numbers
that have been checked, and never run lengths: those are decoded here.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.preprocess import LARGEST_PIXELS
from workbench.tasks.instance_segmentation.patch import Patch

TASK = "instance-segmentation"

_FEWEST_NUMBERS = 6  # a triangle
_MOST_NUMBERS = 200_000
_OUTSIDE = 2.0  # pixels that tools may be off by
_CHARACTER, _BITS, _MORE, _MINUS = 48, 5, 0x20, 0x10  # of run lengths as text


@dataclass(frozen=True, slots=True)
class _Thing:
    class_id: int
    polygons: tuple[array[float], ...]
    runs: array[int] | None
    area: float | None
    crowd: bool


class Outlines(Mapping[str, Any]):
    """The annotation of one image, as the task's JSON has it when it is asked for."""

    __slots__ = ("_size", "_things", "missing")

    def __init__(self, size: tuple[int, int]) -> None:
        """size: width and height."""
        self._size = size
        self._things: list[_Thing] = []
        self.missing = False  # whether some thing has no mask

    def add(self, class_id: int, segmentation: object, area: float | None, *, crowd: bool) -> None:
        """``segmentation``: as COCO writes it; none is noted as missing. Raises ValueError in words."""
        if not segmentation:
            self.missing = True
            return
        if isinstance(segmentation, dict):
            self._things.append(_Thing(class_id, (), _runs(segmentation, self._size), area, crowd))
            return
        if not isinstance(segmentation, list):
            raise ValueError("segmentation must be a list of polygons, or an object with size and counts")
        polygons = tuple(_polygon(each, self._size) for each in segmentation)
        self._things.append(_Thing(class_id, polygons, None, area, crowd))

    def __getitem__(self, key: str) -> Any:
        if key == "size":
            return list(self._size)
        if key != "instances":
            raise KeyError(key)
        return [self._drawn(thing) for thing in self._things]

    def __iter__(self) -> Iterator[str]:
        return iter(("size", "instances"))

    def __len__(self) -> int:
        return 2

    def _drawn(self, thing: _Thing) -> dict[str, Any]:
        mask = _filled(thing.polygons, self._size) if thing.runs is None else _run(thing.runs, self._size)
        found: dict[str, Any] = {"class": thing.class_id, "mask": Patch.of(mask).to_json()}
        if thing.area is not None:
            found["area"] = thing.area
        return found | ({"crowd": True} if thing.crowd else {})


def image_size(width: object, height: object) -> tuple[int, int] | None:
    """As the file says it; None where it does not, or says nonsense."""
    if type(width) is not int or type(height) is not int or not 0 < width * height <= LARGEST_PIXELS or width < 0:
        return None
    return width, height


def _polygon(numbers: object, size: tuple[int, int]) -> array[float]:
    if not isinstance(numbers, list) or not _FEWEST_NUMBERS <= len(numbers) <= _MOST_NUMBERS or len(numbers) % 2:
        raise ValueError(f"a polygon of its segmentation must be x and y of at least {_FEWEST_NUMBERS // 2} points")
    if not all(type(each) in (int, float) and math.isfinite(each) for each in numbers):
        raise ValueError("a polygon of its segmentation has something that is no finite number")
    polygon = array("d", numbers)
    for side, name, largest in ((0, "x", size[0]), (1, "y", size[1])):
        low, high = min(polygon[side::2]), max(polygon[side::2])
        if low < -_OUTSIDE or high > largest + _OUTSIDE:
            raise ValueError(f"its segmentation reaches from {name} {low:g} to {high:g}, outside the image of "
                             f"{size[0]}×{size[1]} pixels")  # fmt: skip
    return polygon


def _runs(document: dict[str, Any], size: tuple[int, int]) -> array[int]:
    """How many pixels are out, in, out …, column by column."""
    width, height = size
    if document.get("size") != [height, width]:
        raise ValueError(f"its segmentation is of the size {str(document.get('size'))[:40]}, height and width; the "
                         f"image has {height} and {width}")  # fmt: skip
    counts = document.get("counts")
    found = _read_text(counts) if isinstance(counts, str) else counts
    if not isinstance(found, list) or not all(type(each) is int and each >= 0 for each in found):
        raise ValueError("counts of its segmentation must be whole numbers from 0, or COCO's text of them")
    if sum(found) != width * height:
        raise ValueError(f"counts of its segmentation are of {sum(found)} pixels; the image has {width * height}")
    return array("q", found)


def _read_text(text: str) -> list[int] | None:
    """Five bits a character, the lowest first; from the fourth on a number is a difference to that before the last."""
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


def _run(runs: array[int], size: tuple[int, int]) -> NDArray[np.bool_]:
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, np.frombuffer(runs, np.int64)).reshape(size[0], size[1]).T


def _filled(polygons: tuple[array[float], ...], size: tuple[int, int]) -> NDArray[np.bool_]:
    from pycocotools import mask  # a dataset without masks does without

    width, height = size
    drawn = mask.merge(mask.frPyObjects([list(polygon) for polygon in polygons], height, width))
    return _run(array("q", _read_text(drawn["counts"].decode()) or [width * height]), size)
