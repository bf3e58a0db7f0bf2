"""What is taken for what: the room that a task with classes offers, and how found things meet those that are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Literal

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.scoring import A, R, Scored

Counted = Literal["images", "things", "pixels"]
Pair = tuple[int | None, int | None]

# As detectors' confusion matrices have it: a thing is found where half of both is common.
_MEETS = 0.5


@dataclass(frozen=True)
class Confusion(Generic[R, A]):
    """``pairs``: of one annotated image, how many of ``of`` are of the first class and taken for the second.

    None first: nothing is there; None second: nothing, or no class of the dataset, is said.
    """

    of: Counted
    pairs: Callable[[Scored[R, A]], Mapping[Pair, int]]


def met(
    found: Sequence[int], there: Sequence[int], overlap: NDArray[np.float64], aside: NDArray[np.bool_]
) -> Counter[Pair]:
    """Things found and things there, by their classes, paired by how much they cover each other, whatever their class.

    overlap: (found, there). aside: (there,) crowds and difficult things, which are neither missed nor wrongly found.
    """
    pairs: Counter[Pair] = Counter()
    free_found, free_there = set(range(len(found))), set(range(len(there)))
    near = np.argwhere(overlap >= _MEETS)
    order = np.lexsort((-overlap[near[:, 0], near[:, 1]], aside[near[:, 1]]))  # what counts first
    for one, other in near[order].tolist():
        if one in free_found and (aside[other] or other in free_there):
            free_found.discard(one)
            free_there.discard(other)
            pairs[there[other], found[one]] += not aside[other]
    pairs.update((None, found[one]) for one in free_found)
    pairs.update((there[other], None) for other in free_there if not aside[other])
    return +pairs
