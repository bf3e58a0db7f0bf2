"""What is large lies on disk, and comes back as it was set; what is small stays the very object."""

from __future__ import annotations

import tracemalloc

import numpy as np
from workbench.calibrator.shelf import Named, Shelf
from workbench.tasks.redrawn.result import Redrawn


def noise(seed: int, side: int = 64) -> Redrawn:
    return Redrawn.of(np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8))


def test_objects_come_back_in_any_order_whatever_their_size() -> None:
    shelf, small = Shelf(4), {"a": 1}
    shelf[2], shelf[0], shelf[1] = noise(2), small, noise(1)

    assert shelf[0] is small
    assert [shelf[1], shelf[2], shelf[3]] == [noise(1), noise(2), None]
    assert shelf[1:3] == [noise(1), noise(2)]
    assert Named({"b.png": 1}, shelf) == {"b.png": noise(1)}


def test_memory_does_not_grow_with_what_is_set() -> None:
    shelf = Shelf(64)
    tracemalloc.start()
    for number in range(64):
        shelf[number] = noise(number)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert held < 64 * len(noise(0).text) / 10
