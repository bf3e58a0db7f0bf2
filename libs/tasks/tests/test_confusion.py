"""Found things meet those that are there: by where they are, whatever they are called."""

from __future__ import annotations

import numpy as np
from workbench.tasks.confusion import met

NONE = np.zeros(2, bool)


def test_a_thing_is_confused_missed_or_found_where_nothing_is() -> None:
    overlap = np.array([[0.9, 0.0], [0.0, 0.4], [0.0, 0.0]])

    pairs = met([7, 1, 2], [0, 1], overlap, NONE)

    assert pairs == {(0, 7): 1, (1, None): 1, (None, 1): 1, (None, 2): 1}


def test_what_covers_most_is_paired_first_and_nothing_twice() -> None:
    overlap = np.array([[0.6, 0.8], [0.7, 0.9]])

    assert met([5, 1], [0, 1], overlap, NONE) == {(1, 1): 1, (0, 5): 1}


def test_crowds_and_difficult_things_are_neither_missed_nor_wrong() -> None:
    aside = np.array([True, False])
    overlap = np.array([[1.0, 0.6], [1.0, 0.0], [0.8, 0.0]])

    assert met([1, 1, 1], [1, 1], overlap, aside) == {(1, 1): 1}
    assert met([], [1, 1], np.zeros((0, 2)), aside) == {(1, None): 1}
