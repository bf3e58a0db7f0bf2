"""Boxes of many images while they are read: a hundred bytes each, where JSON objects would take a thousand."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

TASK = "object-detection"

_CROWD, _DIFFICULT = 1, 2
_NUMBERS = 7  # class, four sides, area, marks
_ROUNDING = 0.01  # of the image


class Things(Mapping[str, Any]):
    """The annotation of one image, as the task's JSON has it when it is asked for.

    ``normalised``: its boxes are from 0 to 1, until ``of_size`` says how large the image is.
    """

    __slots__ = ("_normalised", "_numbers")

    def __init__(self, *, normalised: bool = False) -> None:
        self._numbers = array("d")
        self._normalised = normalised

    def of_size(self, width: int, height: int) -> Things:
        """In pixels."""
        if not self._normalised:
            return self
        found = Things()
        found._numbers = array("d", self._numbers)  # its own kind
        for at in range(0, len(found._numbers), _NUMBERS):
            for side, size in enumerate((width, height, width, height), at + 1):
                found._numbers[side] *= size
        return found

    def add(
        self,
        class_id: int,
        box: tuple[float, float, float, float],
        area: float | None = None,
        *,
        crowd: bool = False,
        difficult: bool = False,
    ) -> None:
        """``box``: left, top, right, bottom in pixels."""
        marks = _CROWD * crowd + _DIFFICULT * difficult
        self._numbers.extend((class_id, *box, math.nan if area is None else area, marks))

    def __getitem__(self, key: str) -> Any:
        if key != "things":
            raise KeyError(key)
        return [_thing(self._numbers[at : at + _NUMBERS]) for at in range(0, len(self._numbers), _NUMBERS)]

    def __iter__(self) -> Iterator[str]:
        return iter(("things",))

    def __len__(self) -> int:
        return 1


def sides(left: float, top: float, width: float, height: float) -> tuple[float, float, float, float]:
    """Of a box as its corner and its size. Raises ValueError in words for one that is none."""
    if not all(map(math.isfinite, (left, top, width, height))):
        raise ValueError(f"its box {left:g}, {top:g}, {width:g}, {height:g} has a number that is not finite")
    if width <= 0 or height <= 0:
        raise ValueError(f"its box is empty: {width:g} wide and {height:g} high")
    return left, top, left + width, top + height


def within(left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    """Of a box from 0 to 1, cut where it lies outside by no more than rounding. Raises ValueError in words."""
    box = sides(left, top, right - left, bottom - top)
    if min(box) < -_ROUNDING or max(box) > 1 + _ROUNDING:
        raise ValueError(
            f"its box goes from {left:g}, {top:g} to {right:g}, {bottom:g} and so outside the image; its "
            "sides are numbers from 0 to 1"
        )
    cut = [min(max(side, 0.0), 1.0) for side in box]
    return cut[0], cut[1], cut[2], cut[3]


def numbers(words: Iterable[str | None], what: str) -> list[float]:
    """Raises ValueError in words."""
    given = list(words)
    try:
        return [float("" if word is None else word) for word in given]
    except ValueError:
        raise ValueError(f"{what} must be numbers, not {', '.join(map(str, given))[:80]}") from None


def _thing(numbers: array[float]) -> dict[str, Any]:
    class_id, *box, area, marks = numbers
    found: dict[str, Any] = {"class": int(class_id), "box": box}
    if not math.isnan(area):
        found["area"] = area
    marked = {"crowd": bool(int(marks) & _CROWD), "difficult": bool(int(marks) & _DIFFICULT)}
    return found | {name: True for name, is_so in marked.items() if is_so}
