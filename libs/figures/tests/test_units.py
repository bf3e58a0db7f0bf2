"""Figures of metrics in words."""

from __future__ import annotations

import pytest
from workbench.figures import Figure, as_change, in_unit, unit_of, with_interval


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.615, "share", "61.5 %"),
        (0.042, "ratio", "4.2 %"),
        (31.24, "dB", "31.2 dB"),
        (0.9981, "cosine", "0.998"),
        (12.0, "px", "12.0 px"),
    ],
)
def test_a_figure_is_told_in_its_own_unit(value: float, unit: str, text: str) -> None:
    assert in_unit(value, unit) == text


def test_an_interval_says_the_unit_once() -> None:
    assert with_interval({"value": 31.24, "low": 30.0, "high": 32.0, "unit": "dB"}) == "31.2 dB (30.0 to 32.0)"
    assert with_interval({"value": 0.615, "low": 0.546, "high": 0.68}) == "61.5 % (54.6 to 68.0)"
    assert with_interval({"value": 1.0, "unit": "share"}) == "100.0 %"


def test_what_an_earlier_release_scored_was_a_share() -> None:
    assert unit_of({"value": 0.5}) == unit_of({"value": 0.5, "unit": None}) == "share"


@pytest.mark.parametrize(
    ("unit", "told"), [("share", (-1.5, "points")), ("cosine", (-1.5, "points")), ("dB", (-0.015, "dB"))]
)
def test_only_what_ends_at_one_changes_by_points(unit: str, told: tuple[float, str]) -> None:
    change, words = as_change(Figure(-0.015, -0.02, -0.01), unit)

    assert (change.value, words) == (pytest.approx(told[0]), told[1])
    assert change.low <= change.value <= change.high
