"""Which points of the well-known sets are each other's image in a mirror. Standard library only."""

from __future__ import annotations

# As runs of numbers, each of which becomes the other one read backwards; what is in none lies in the middle.
_PAIRS: dict[int, tuple[tuple[range, range], ...]] = {
    5: ((range(1), range(1, 2)), (range(3, 4), range(4, 5))),
    68: (
        (range(8), range(9, 17)),
        (range(17, 22), range(22, 27)),
        (range(31, 33), range(34, 36)),  # jaw, brows, nose
        (range(36, 40), range(42, 46)),
        (range(40, 42), range(46, 48)),  # eyes: upper lids, lower lids
        (range(48, 51), range(52, 55)),
        (range(55, 57), range(58, 60)),  # lips, outside
        (range(60, 62), range(63, 65)),
        (range(65, 66), range(67, 68)),  # and inside
    ),
    98: (
        (range(16), range(17, 33)),
        (range(33, 38), range(42, 47)),
        (range(38, 42), range(47, 51)),
        (range(55, 57), range(58, 60)),
        (range(60, 65), range(68, 73)),
        (range(65, 68), range(73, 76)),
        (range(76, 79), range(80, 83)),
        (range(83, 85), range(86, 88)),
        (range(88, 90), range(91, 93)),
        (range(93, 94), range(95, 96)),
        (range(96, 97), range(97, 98)),
    ),
}


def swapped(count: int) -> list[int]:
    """Of a set of so many points: whose place each takes. Raises ValueError in words for any other set."""
    if count not in _PAIRS:
        known = ", ".join(map(str, _PAIRS))
        raise ValueError(f"which of {count} points are left and which right is not known; it is of sets of {known}")
    found = list(range(count))
    for one, other in _PAIRS[count]:
        for left, right in zip(one, reversed(other), strict=True):
            found[left], found[right] = right, left
    return found
