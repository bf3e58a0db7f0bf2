"""Faces as texts tell them: points, and perhaps a box; each becomes an image of its own, cut out of its photo.

No picture is decoded here: a cut says what to take of which.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from workbench.archives.entries import Entry
from workbench.dataset.reading.found import Cut, Fault, Noted, Reading

TASK = "facial-landmarks"

MARGIN = 1.5  # the side of a square cut by points alone, in extents of the points

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass
class Faces:
    """Those of one upload while they are read. ``images``: photos as they are, or cuts of them."""

    images: list[Entry | Cut] = field(default_factory=list)
    notes: dict[str, Noted] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def whole(self, photo: Entry, points: Sequence[Point], where: Entry, line: int | None) -> None:
        """A photo of one face. Raises ValueError in words when it is listed before."""
        self._add(photo, points, where, line)

    def cut(self, name: str, photo: Entry, points: Sequence[Point], box: Box, where: Entry, line: int | None) -> None:
        """A face of a photo, its points moved into the cut. Raises ValueError in words."""
        left, top, right, bottom = math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3])
        moved = [(x - left, y - top) for x, y in points]
        self._add(Cut(name, photo, (left, top, right, bottom)), moved, where, line)

    def reading(self) -> Reading:
        """In name order."""
        return Reading(
            sorted(self.images, key=lambda image: image.name),
            {TASK: self.notes},
            warnings=tuple(self.warnings),
            faults=tuple(self.faults),
        )

    def _add(self, image: Entry | Cut, points: Sequence[Point], where: Entry, line: int | None) -> None:
        if image.name in self.notes:
            line_before = self.notes[image.name].line
            raise ValueError(f"{image.name} is listed before{f', in line {line_before}' if line_before else ''}")
        self.images.append(image)
        self.notes[image.name] = Noted({"points": [list(point) for point in points]}, where.name, line)


def square(points: Sequence[Point]) -> Box:
    """Around the middle of the points' extent, its side ``MARGIN`` times the larger side of that."""
    left, top, right, bottom = extent(points)
    half = MARGIN * max(right - left, bottom - top, 1) / 2
    x, y = (left + right) / 2, (top + bottom) / 2
    return x - half, y - half, x + half, y + half


def extent(points: Sequence[Point]) -> Box:
    """The box around points."""
    across, down = [x for x, _ in points], [y for _, y in points]
    return min(across), min(down), max(across), max(down)


def holding(box: Box, points: Sequence[Point]) -> Box:
    """The box, larger where a point lies outside."""
    left, top, right, bottom = extent(points)
    return min(box[0], left), min(box[1], top), max(box[2], right), max(box[3], bottom)


def numbers(words: Sequence[str], count: int, expected: str) -> list[float]:
    """Raises ValueError in words."""
    try:
        found = [float(word) for word in words]
    except ValueError:
        found = []
    if len(found) != count or not all(map(math.isfinite, found)):
        raise ValueError(f"expected {expected}, not {' '.join(words)[:80]!r}")
    return found


def pairs(values: Sequence[float]) -> list[Point]:
    """x y x y …"""
    return list(zip(values[::2], values[1::2], strict=True))
