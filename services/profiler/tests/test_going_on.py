"""Launches go on until the throughput is known well enough, or the time is over and it is said why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from workbench.profiler.measuring.going_on import Goal, needed


def speeds(spread: float) -> Iterator[float]:
    numbers = np.random.default_rng(3)
    while True:
        yield float(100 * np.exp(numbers.normal(0, spread)))


def measure(goal: Goal, fps: Iterator[float], launch_s: float = 3.0) -> list[dict[str, Any]]:
    """As the core does, with launches that take no time."""
    launches: list[dict[str, Any]] = []
    while goal.wants_more(launches):
        launches.append({"throughput_fps": next(fps)})
        goal.took(launch_s)
        assert 0 < goal.share(launches) <= 1
        assert goal.words(launches)
    return launches


def test_without_a_goal_there_are_as_many_as_asked_for() -> None:
    goal = Goal(7, None, 1.0)

    launches = measure(goal, speeds(0.5))

    assert (len(launches), goal.reached(launches), goal.notes(launches)) == (7, None, [])


def test_a_goal_that_is_met_by_the_least_needs_no_more() -> None:
    goal = Goal(5, 0.05, 600)

    assert len(measure(goal, speeds(0.005))) == 5


def test_launches_go_on_until_the_half_width_is_reached() -> None:
    goal = Goal(5, 0.02, 600)

    launches = measure(goal, speeds(0.04))

    reached = goal.reached(launches)
    assert reached is not None
    assert reached["reached"]
    assert reached["half_width"] <= 0.02
    assert 5 < reached["launches"] == len(launches) < 60
    assert goal.notes(launches) == []


def test_a_load_that_never_settles_is_said_within_the_time() -> None:
    goal = Goal(5, 0.01, 60)

    launches = measure(goal, speeds(0.4))

    assert len(launches) == 20
    [note] = goal.notes(launches)
    assert note.startswith("± 1.0% could not be reached within 60 s: after 20 launches")
    assert "the machine's load does not settle" in note


def test_a_little_more_time_is_asked_for_where_that_would_do() -> None:
    goal = Goal(5, 0.02, 20)

    launches = measure(goal, speeds(0.04))

    [note] = goal.notes(launches)
    assert f"about {needed(launches, 0.02)} launches would do: give it more time" in note


def test_a_model_of_20_seconds_has_its_least_launches_even_beyond_the_time() -> None:
    assert len(measure(Goal(5, 0.01, 30), speeds(0.4), launch_s=61.0)) == 5


def test_nobody_launches_for_ever() -> None:
    goal = Goal(5, 0.001, 3600)

    launches = measure(goal, speeds(0.4), launch_s=0.1)

    assert len(launches) == 100
    assert "within 100 launches" in goal.notes(launches)[0]


@pytest.mark.parametrize("field", ["until", "within_s"])
def test_a_precision_that_is_none_is_refused_by_its_field(field: str) -> None:
    from workbench.fields import BadSpec
    from workbench.profiler.spec import read_spec

    with pytest.raises(BadSpec) as refused:
        read_spec({"main_file": "model.xml", field: "2%"})
    assert refused.value.facts["field"] == field
