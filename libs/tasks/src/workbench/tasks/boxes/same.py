"""Whether what was found once is found again: the same class at the same place, as surely."""

from __future__ import annotations

import numpy as np
from workbench.tasks.boxes.overlap import overlaps

_SAME = 0.9  # overlap of a thing with itself: rounding moves an edge by little
_SURENESS = 0.02  # beside the tolerance of the outputs, since scores are products of them
_ALL_OF = 0.9  # of those found: where two cover each other, rounding decides which is kept


def differences(before: list[list[float]], after: list[list[float]], allowed: float, things: str) -> list[str]:
    """In words. Rows are class, score, left, top, right, bottom, and any more that ``allowed`` holds for, too."""
    lost, more = _missing(before, after, allowed), _missing(after, before, allowed)
    found = [f"{lost} of {len(before)} {things} that were recorded are not found"] if lost else []
    return found + ([f"{more} of {len(after)} {things} were not recorded"] if more else [])


def _missing(wanted: list[list[float]], there: list[list[float]], allowed: float) -> int:
    """How many have no like, 0 where so few that rounding explains them."""
    if not wanted:
        return 0
    mine, theirs = np.array(wanted, float), np.array(there, float).reshape(-1, len(wanted[0]))
    near = overlaps(mine[:, 2:6], theirs[:, 2:6]) >= _SAME - allowed
    same = mine[:, None, 0] == theirs[None, :, 0]
    numbers = [1, *range(6, mine.shape[1])]
    close = np.abs(mine[:, None, numbers] - theirs[None, :, numbers]) <= _SURENESS + allowed
    count = int((~(near & same & close.all(axis=2)).any(axis=1)).sum())
    return count if count > (1 - _ALL_OF) * len(wanted) else 0
