"""Shares of images: intervals with known answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.figures import paired_change, wilson


@pytest.mark.parametrize(("hits", "n", "low", "high"), [
    # Reference: Wilson 1927 without continuity correction, as in R's prop.test(correct=FALSE).
    (123, 200, 0.5460, 0.6797), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 2, 0.0945, 0.9055),
])
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
    assert found.low == pytest.approx(0.05 - 1.96 * (5 - 25 / 100) ** 0.5 / 100, abs=1e-4)
    assert found.high - found.value == pytest.approx(found.value - found.low)
