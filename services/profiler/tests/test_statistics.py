"""Figures with known answers: percentiles, intervals, and what so few inferences cannot show."""

from __future__ import annotations

import math

import numpy as np
import pytest
from openvino.tools.benchmark import benchmark as benchmark_app
from scipy import stats
from workbench.profiler.facts import interval_of
from workbench.profiler.intervals import TooFewLaunches, log_t_interval
from workbench.profiler.latencies import fewest_inferences, missing_reason, percentile, summarize
from workbench.profiler.values import Interval


@pytest.mark.parametrize(("percent", "answer"), [(1, 1), (50, 50), (90, 90), (95, 95), (99, 99), (100, 100)])
def test_percentiles_of_one_to_a_hundred(percent: int, answer: float) -> None:
    assert percentile(list(range(1, 101)), percent) == answer


@pytest.mark.parametrize(("values", "percent", "answer"), [
    ([7.0], 50, 7.0), ([7.0], 99, 7.0), ([1.0, 2.0], 50, 1.0), ([1.0, 2.0], 51, 2.0), ([1.0, 2.0, 3.0], 50, 2.0),
    ([15, 20, 35, 40, 50], 30, 20), ([15, 20, 35, 40, 50], 40, 20), ([15, 20, 35, 40, 50], 50, 35)])
def test_percentiles_are_nearest_ranks(values: list[float], percent: int, answer: float) -> None:
    assert percentile(values, percent) == answer


@pytest.mark.parametrize("count", [1, 2, 3, 10, 99, 100, 101, 1000, 1234])
@pytest.mark.parametrize("percent", [50, 90, 95, 99])
def test_percentiles_are_those_of_benchmark_app(count: int, percent: int) -> None:
    values = sorted(np.random.default_rng(count).gamma(2.0, size=count).tolist())

    assert percentile(values, percent) == benchmark_app.percentile(values, percent)


@pytest.mark.parametrize(("percent", "fewest"), [(50, 2), (90, 10), (95, 20), (99, 100)])
def test_a_percentile_needs_enough_inferences_to_differ_from_the_maximum(percent: int, fewest: int) -> None:
    assert fewest_inferences(percent) == fewest
    assert percentile(range(fewest), percent) < fewest - 1
    assert percentile(range(fewest - 1), percent) == fewest - 2


def test_a_summary_of_a_hundred_inferences_has_every_figure() -> None:
    shuffled = np.random.default_rng(0).permutation(np.arange(1.0, 101.0)).tolist()

    assert summarize(shuffled) == {"mean": 50.5, "p50": 50.0, "p90": 90.0, "p95": 95.0, "p99": 99.0, "max": 100.0}


@pytest.mark.parametrize(("count", "missing"), [
    (1, {"p50", "p90", "p95", "p99"}), (2, {"p90", "p95", "p99"}), (9, {"p90", "p95", "p99"}),
    (10, {"p95", "p99"}), (20, {"p99"}), (99, {"p99"}), (100, set())])
def test_a_summary_leaves_out_what_it_cannot_know(count: int, missing: set[str]) -> None:
    summary = summarize([1.0] * count)

    assert {name for name, value in summary.items() if value is None} == missing


def test_a_mean_does_not_lose_small_values_beside_large_ones() -> None:
    assert summarize([1e16, 1.0, 1.0])["mean"] == math.fsum([1e16, 1.0, 1.0]) / 3


def test_a_missing_percentile_says_how_many_inferences_it_needs() -> None:
    assert missing_reason("p99", 40) == "p99 needs at least 100 inferences in every launch; one had 40"


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


@pytest.mark.parametrize(("interval", "half_width"), [
    (Interval(95.0, 100.0, 105.0), 0.05), (Interval(1.0, 1.0, 1.0), 0.0), (Interval(0.0, 0.0, 0.0), 0.0),
    (Interval(90.0, 100.0, 120.0), 0.15)])
def test_half_width_is_relative(interval: Interval, half_width: float) -> None:
    assert interval.half_width == pytest.approx(half_width)


def test_an_interval_as_json_names_its_bounds() -> None:
    assert Interval(1.0, 2.0, 3.0).to_json() == {"value": 2.0, "low": 1.0, "high": 3.0}


def test_the_interval_of_a_figure_is_over_launches_whole_numbers_included() -> None:
    launches = [{"load_ms": value} for value in (9, 10, 11, 10, 10)]

    assert interval_of(launches, "load_ms").value == pytest.approx(9.98, abs=0.01)
