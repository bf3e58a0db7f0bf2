"""Bells in one process: nobody sleeps through one, nobody hears another's."""

from __future__ import annotations

import threading
import time

from workbench.messages.bells import Bells


def test_a_bell_that_rang_before_the_wait_began_is_not_slept_through() -> None:
    bells = Bells()
    since = bells.heard("jobs.profiler")
    bells.ring("jobs.profiler")

    began = time.monotonic()
    assert bells.wait("jobs.profiler", since, 120)
    assert time.monotonic() - began < 60


def test_all_who_wait_for_a_bell_hear_one_ring() -> None:
    bells = Bells()
    heard: list[bool] = []
    waiting = [threading.Thread(target=lambda: heard.append(bells.wait("jobs.profiler", 0, 30))) for _ in range(8)]
    for thread in waiting:
        thread.start()

    bells.ring("jobs.profiler")

    for thread in waiting:
        thread.join(10)
    assert heard == [True] * 8


def test_another_bell_wakes_nobody() -> None:
    bells = Bells()
    bells.ring("jobs.converter")

    assert not bells.wait("jobs.profiler", 0, 0.05)


def test_no_ring_is_lost_between_many_ringers() -> None:
    bells = Bells()
    ringers = [threading.Thread(target=lambda: [bells.ring("b") for _ in range(500)]) for _ in range(8)]
    for thread in ringers:
        thread.start()
    for thread in ringers:
        thread.join()

    assert bells.heard("b") == 4000
