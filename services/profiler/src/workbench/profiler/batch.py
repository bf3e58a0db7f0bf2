"""Which dimension of an input is the batch, and which are open: rules on shapes as facts tell them. Pure.

A dimension is a number, -1 when anything goes, or [min, max].
"""

from __future__ import annotations

from collections.abc import Sequence

Dimension = int | list[int]
_A_SIDE, _A_LENGTH = 224, 128  # for examples of what to type


def batch_index(shape: Sequence[Dimension] | None, layout: str | None) -> int | None:
    """By the layout that the model itself declares, a letter for each dimension; without one every front end puts the
    batch first. A static first dimension of a matrix may mean anything, one of a picture does not.
    """
    if layout and not layout.startswith("["):
        place = layout.find("N")
        return place if place >= 0 else None
    if shape is None or len(shape) < 2:
        return None
    return 0 if is_open(shape[0]) or shape[0] == 1 or len(shape) == 4 else None


def is_open(dimension: Dimension) -> bool:
    """Whether it has no one size."""
    return not isinstance(dimension, int) or dimension < 0


def left_open(shape: Sequence[Dimension] | None, batch: int | None) -> bool:
    """Whether something besides the batch has to be said before the model can run."""
    return shape is None or any(is_open(size) for place, size in enumerate(shape) if place != batch)


def example(shape: Sequence[Dimension] | None, batch: int | None, size: int) -> str:
    """What to type for it, such as ``1,3,224,224``; ``size`` is the batch."""
    if shape is None:
        return "1,3,224,224"
    side = _A_SIDE if len(shape) == 4 else _A_LENGTH
    return ",".join(str(size if place == batch else _one(each, side)) for place, each in enumerate(shape))


def _one(dimension: Dimension, usual: int) -> int:
    if isinstance(dimension, int):
        return dimension if dimension > 0 else usual
    least, most = dimension
    return max(min(usual, most) if most > 0 else usual, least, 1)
