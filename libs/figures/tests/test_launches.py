"""Intervals over fresh launches, with known answers and as often right as they say."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np
import pytest
from workbench.figures import ratio
from workbench.figures.launches import TooFewLaunches, log_t_interval, paired_ratio


@pytest.fixture
def stats() -> ModuleType:
    """SciPy's, whose import takes a second: only in the process of these tests."""
    from scipy import stats

    return stats


@pytest.mark.parametrize("confidence", [0.8, 0.95, 0.99])
@pytest.mark.parametrize("count", [5, 6, 20, 100])
def test_an_interval_is_scipys_on_logarithms(stats: ModuleType, count: int, confidence: float) -> None:
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


def test_a_paired_ratio_is_scipys_paired_t_on_logarithms(stats: ModuleType) -> None:
    random = np.random.default_rng(5)
    mine, theirs = random.lognormal(3.0, 0.1, 9), random.lognormal(2.0, 0.1, 9)
    told = stats.ttest_rel(np.log(mine), np.log(theirs)).confidence_interval(0.95)

    found = paired_ratio(mine, theirs)

    assert (math.log(found.low), math.log(found.high)) == pytest.approx((told.low, told.high), rel=1e-9)
    assert found.value == pytest.approx(stats.gmean(mine) / stats.gmean(theirs))


def test_a_load_that_changes_between_rounds_cancels_in_pairs_and_not_in_two_intervals() -> None:
    random = np.random.default_rng(6)
    covered = narrower = 0
    for _ in range(300):
        load = random.lognormal(0.0, 0.6, 5)
        mine, theirs = (load * speed * random.lognormal(0.0, 0.02, 5) for speed in (290.0, 100.0))
        found, apart = paired_ratio(mine, theirs), ratio(log_t_interval(mine), log_t_interval(theirs))
        covered += found.holds(2.9)
        narrower += found.half_width < apart.half_width / 4

    assert covered >= 0.92 * 300
    assert narrower >= 0.9 * 300


def test_a_thing_beside_itself_is_called_different_as_seldom_as_it_says() -> None:
    random = np.random.default_rng(7)
    loads = random.lognormal(0.0, 0.5, (2000, 5))
    noise = random.lognormal(0.0, 0.05, (2, 2000, 5))

    different = sum(
        not paired_ratio(load * mine, load * theirs).holds(1.0)
        for load, mine, theirs in zip(loads, *noise, strict=True)
    )

    assert different / 2000 == pytest.approx(0.05, abs=0.015)


def test_pairs_need_two_of_each() -> None:
    with pytest.raises(ValueError, match="two of each, got 5 and 6"):
        paired_ratio(np.ones(5), np.ones(6))
    with pytest.raises(ValueError, match="positive"):
        paired_ratio(-np.ones(5), -np.ones(5))
    with pytest.raises(TooFewLaunches):
        paired_ratio(np.ones(4), np.ones(4))
