"""Intervals over fresh launches, with known answers and as often right as they say."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from workbench.figures.launches import TooFewLaunches, log_t_interval


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("count", [5, 6, 20, 100])
def test_an_interval_is_scipys_on_logarithms(count: int, confidence: float) -> None:
    values = np.random.default_rng(count).lognormal(3.0, 0.1, count)
    logs = np.log(values)

    low, high = stats.t.interval(confidence, count - 1, loc=logs.mean(), scale=stats.sem(logs))

    found = log_t_interval(values, confidence)
    assert found.low == pytest.approx(math.exp(low), rel=1e-12)
    assert found.high == pytest.approx(math.exp(high), rel=1e-12)
    assert found.value == pytest.approx(stats.gmean(values), rel=1e-12)


def test_an_interval_by_hand() -> None:
    # logs -1, 0, 0, 0, 1: mean 0, s = sqrt(1/2), s/sqrt(5) = 0.31623; t(4, 97.5 %) = 2.77645
    found = log_t_interval(np.exp([-1.0, 0.0, 0.0, 0.0, 1.0]))

    assert math.log(found.high) == pytest.approx(2.776445 * math.sqrt(0.1), rel=1e-6)
    assert found.low == pytest.approx(1 / found.high)
    assert found.value == pytest.approx(1.0)


def test_launches_that_agree_have_no_spread() -> None:
    found = log_t_interval(np.full(5, 12.5))

    assert (found.low, found.value, found.high) == pytest.approx((12.5, 12.5, 12.5))


def test_an_interval_covers_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(1)
    intervals = [log_t_interval(generator.lognormal(0.0, 0.05, 5)) for _ in range(2000)]

    covered = sum(found.low <= 1.0 <= found.high for found in intervals) / len(intervals)

    assert covered == pytest.approx(0.95, abs=0.015)


def test_more_launches_make_a_narrower_interval() -> None:
    values = np.random.default_rng(2).lognormal(0.0, 0.05, 40)

    assert log_t_interval(values).half_width < log_t_interval(values[:10]).half_width


def test_the_unit_does_not_matter() -> None:
    values = np.random.default_rng(3).lognormal(0.0, 0.05, 5)

    in_ms, in_s = log_t_interval(values * 1000), log_t_interval(values)

    assert in_ms.value == pytest.approx(1000 * in_s.value)
    assert in_ms.half_width == pytest.approx(in_s.half_width)


def test_speed_and_its_inverse_agree() -> None:
    values = np.random.default_rng(4).lognormal(0.0, 0.2, 5)

    assert log_t_interval(1 / values).value == pytest.approx(1 / log_t_interval(values).value)


@pytest.mark.parametrize("count", [0, 1, 2, 4])
def test_too_few_launches_carry_no_interval(count: int) -> None:
    with pytest.raises(TooFewLaunches, match=f"5 launches are needed, there are {count}"):
        log_t_interval(np.ones(count))


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_what_has_no_logarithm_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        log_t_interval(np.array([1.0, 1.0, 1.0, 1.0, bad]))
