"""How large the maps of a model are, by how many pixels of its input a cell spans. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

_USUAL = ((8, 16, 32), (8, 16, 32, 64), (8, 16), (16, 32), (4, 8, 16, 32), (8, 16, 32, 64, 128), (8,), (16,), (32,))


def plane(width: int, height: int, stride: int) -> tuple[int, int]:
    """Columns and rows of the map of this stride; one that does not divide the input is rounded up, as by padding."""
    return -(-width // stride), -(-height // stride)


def strides_of(width: int, height: int, count: int, each: int = 1) -> tuple[int, ...] | None:
    """Those whose maps together have ``count`` cells, ``each`` times; None where no usual set has."""
    return next((strides for strides in _USUAL if _cells(width, height, strides) * each == count), None)


def _cells(width: int, height: int, strides: Sequence[int]) -> int:
    sides = [plane(width, height, stride) for stride in strides]
    return sum(columns * rows for columns, rows in sides)
