"""Shares of images: intervals with known answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.figures import paired_change, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [
        # Reference: Wilson 1927 without continuity correction, as in R's prop.test(correct=FALSE).
        (123, 200, 0.5460, 0.6797),
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (1, 2, 0.0945, 0.9055),
    ],
)
def test_the_interval_is_wilsons(hits: int, n: int, low: float, high: float) -> None:
    measured = wilson(hits, n)

    assert (measured.low, measured.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(1, 10_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval_and_that_in_0_to_1(case: tuple[int, int]) -> None:
    measured = wilson(*case)

    assert 0 <= measured.low <= measured.value + 1e-12
    assert measured.value - 1e-12 <= measured.high <= 1
    assert measured.low < measured.high


def test_more_images_tell_more() -> None:
    assert wilson(50, 100).high - wilson(50, 100).low > wilson(500, 1000).high - wilson(500, 1000).low


def test_of_no_images_nothing_is_known() -> None:
    with pytest.raises(ValueError, match="no images"):
        wilson(0, 0)
    with pytest.raises(ValueError, match="no images"):
        paired_change(0, 0, 0)


def test_a_paired_change_by_hand() -> None:
    found = paired_change(fixed=5, broken=0, n=100)

    assert found.value == 0.05
    half = 1.96 * ((6 / 102 + 1 / 102 - (5 / 102) ** 2) / 102) ** 0.5
    assert (found.low, found.high) == (pytest.approx(5 / 102 - half, abs=1e-4), pytest.approx(5 / 102 + half, abs=1e-4))


def test_no_image_that_changed_says_little_when_there_are_few() -> None:
    few, many = paired_change(0, 0, 12), paired_change(0, 0, 10_000)

    assert (few.value, many.value) == (0.0, 0.0)
    assert few.low < -0.15
    assert many.low > -0.001


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0, 1))
def test_a_change_lies_in_its_interval_and_that_in_what_can_be(case: tuple[int, int], share: float) -> None:
    fixed, n = case

    found = paired_change(fixed, int((n - fixed) * share), n)

    assert -1 <= found.low <= found.value <= found.high <= 1
