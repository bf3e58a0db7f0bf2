"""Boxes of many images while they are read: a hundred bytes each, where JSON objects would take a thousand."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping
from typing import Any

TASK = "object-detection"

_CROWD, _DIFFICULT = 1, 2
_NUMBERS = 7  # class, four sides, area, marks


class Things(Mapping[str, Any]):
    """The annotation of one image, as the task's JSON has it when it is asked for."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self._numbers = array("d")

    def add(
        self, class_id: int, box: tuple[float, float, float, float], area: float | None = None, *, crowd: bool = False,
        difficult: bool = False,
    ) -> None:  # fmt: skip
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


def _thing(numbers: array[float]) -> dict[str, Any]:
    class_id, *box, area, marks = numbers
    found: dict[str, Any] = {"class": int(class_id), "box": box}
    if not math.isnan(area):
        found["area"] = area
    marked = {"crowd": bool(int(marks) & _CROWD), "difficult": bool(int(marks) & _DIFFICULT)}
    return found | {name: True for name, is_so in marked.items() if is_so}
