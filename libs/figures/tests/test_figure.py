"""A value and the bounds it is known to."""

from __future__ import annotations

import pytest
from workbench.figures import Figure, ratio


@pytest.mark.parametrize(
    ("interval", "half_width"),
    [
        (Figure(100.0, 95.0, 105.0), 0.05),
        (Figure(1.0, 1.0, 1.0), 0.0),
        (Figure(0.0, 0.0, 0.0), 0.0),
        (Figure(100.0, 90.0, 120.0), 0.15),
    ],
)
def test_half_width_is_relative(interval: Figure, half_width: float) -> None:
    assert interval.half_width == pytest.approx(half_width)


def test_an_interval_as_json_names_its_bounds() -> None:
    assert Figure(2.0, 1.0, 3.0).to_json() == {"value": 2.0, "low": 1.0, "high": 3.0}


def test_what_was_written_is_read_whatever_stands_beside_it() -> None:
    assert Figure.of({"metric": "top1", "value": 2.0, "low": 1.0, "high": 3.0, "n": 7}) == Figure(2.0, 1.0, 3.0)


@pytest.mark.parametrize(("value", "held"), [(0.9, False), (1.0, True), (2.5, True), (3.0, True), (3.1, False)])
def test_a_figure_holds_what_its_interval_does_not_exclude(value: float, held: bool) -> None:
    assert Figure(2.0, 1.0, 3.0).holds(value) is held


def test_another_unit_is_another_factor_of_all_three() -> None:
    assert Figure(0.5, 0.4, 0.6).scaled(100) == Figure(50.0, 40.0, 60.0)


def test_a_quotient_widens_with_both_intervals() -> None:
    found = ratio(Figure(200, 198, 202), Figure(100, 99, 101))

    assert found.value == pytest.approx(2.0)
    assert found.low == pytest.approx(2 * 2.718281828 ** -(2**0.5 * 0.010000333), rel=1e-4)
    assert found.low * found.high == pytest.approx(found.value**2)


def test_a_figure_that_reaches_zero_bounds_no_quotient_from_above() -> None:
    found = ratio(Figure(2.0, 1.0, 3.0), Figure(1.0, 0.0, 2.0))

    assert (found.value, found.low, found.high) == (2.0, 0.0, float("inf"))
