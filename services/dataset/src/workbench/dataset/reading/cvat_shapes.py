"""One shape of CVAT's XML: a box, a polygon or a mask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.dataset.reading.things import numbers, sides
from workbench.dataset.reading.xml_tree import Node
from workbench.imaging.preparation import LARGEST_PIXELS

_SIDES = ("xtl", "ytl", "xbr", "ybr")
_PLACE = ("left", "top", "width", "height")

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Shape:
    """``box``: around it; ``points``: x, y, x, y … of a polygon; ``rows``: of a mask, how many pixels of its box are
    out, in, out …, row by row. A box has neither.
    """

    label: str
    line: int
    box: Box
    points: tuple[float, ...] = ()
    rows: tuple[int, ...] = ()


def shape(node: Node, label: str) -> Shape:
    """Raises ValueError in words."""
    said = node.attributes
    if node.tag == "box":
        left, top, right, bottom = numbers(map(said.get, _SIDES), "xtl, ytl, xbr and ybr")
        return Shape(label, node.line, sides(left, top, right - left, bottom - top))
    if node.tag == "mask":
        return _mask(node, label)
    points = numbers(said.get("points", "").replace(";", ",").split(","), "points, `x,y;x,y;…`,")
    if len(points) < 6 or len(points) % 2:
        raise ValueError("a polygon must have x and y of at least 3 points, `x,y;x,y;x,y`")
    across, down = points[::2], points[1::2]
    left, top = min(across), min(down)
    return Shape(label, node.line, sides(left, top, max(across) - left, max(down) - top), tuple(points))


def outline(shape: Shape, size: tuple[int, int]) -> Any:
    """As COCO writes it; None of a box. ``size``: width and height of the image. Raises ValueError in words."""
    if shape.points:
        return [list(shape.points)]
    return {"size": [size[1], size[0]], "counts": _columns(shape, size)} if shape.rows else None


def _mask(node: Node, label: str) -> Shape:
    left, top, width, height = numbers(map(node.attributes.get, _PLACE), "left, top, width and height")
    runs = numbers(node.attributes.get("rle", "").split(","), "rle, `0, 3, 2, …`,")
    box = sides(left, top, width, height)
    if width * height > LARGEST_PIXELS:
        raise ValueError(f"the mask is {width:g} wide and {height:g} high; at most {LARGEST_PIXELS:,} pixels are taken")
    if sum(runs) != width * height or min(runs) < 0 or any(each % 1 for each in runs):
        raise ValueError(f"rle is of {sum(runs):g} pixels; the mask is {width:g} wide and {height:g} high")
    return Shape(label, node.line, box, rows=tuple(map(int, runs)))


def _columns(shape: Shape, size: tuple[int, int]) -> list[int]:
    """Of the whole image: how many pixels are out, in, out …, column by column."""
    left, top, right, bottom = map(int, shape.box)
    width, height = right - left, bottom - top
    if size[0] * size[1] > LARGEST_PIXELS:
        raise ValueError(f"the image of the mask is {size[0]}×{size[1]}; at most {LARGEST_PIXELS:,} pixels are taken")
    if min(left, top) < 0 or right > size[0] or bottom > size[1]:
        raise ValueError(f"the mask reaches to {right}, {bottom}; the image is {size[0]}×{size[1]} pixels")
    inside = bytearray()
    for number, run in enumerate(shape.rows):
        inside += bytes([number % 2]) * run
    counts, value = [left * size[1]], 0
    for column in range(width):
        below = size[1] - top - height
        for its, length in ((0, top), *_runs(inside[column::width]), (0, below)):
            if its == value:
                counts[-1] += length
            elif length:
                counts.append(length)
                value = its
    beside = (size[0] - right) * size[1]
    if value and beside:
        counts.append(beside)
    elif not value:
        counts[-1] += beside
    return counts


def _runs(column: bytearray) -> Iterator[tuple[int, int]]:
    """Each value and how often it is there in a row: no pixel is looked at by itself."""
    start, value = 0, 0
    while start < len(column):
        end = column.find(1 - value, start)
        end = len(column) if end < 0 else end
        if end > start:
            yield value, end - start
        start, value = end, 1 - value
