"""Figures with known answers: percentiles, and what so few inferences cannot show."""

from __future__ import annotations

import math

import numpy as np
import pytest
from openvino.tools.benchmark import benchmark as benchmark_app
from workbench.profiler.measuring.facts import interval_of
from workbench.profiler.measuring.latencies import fewest_inferences, missing_reason, percentile, summarize


@pytest.mark.parametrize(("percent", "answer"), [(1, 1), (50, 50), (90, 90), (95, 95), (99, 99), (100, 100)])
def test_percentiles_of_one_to_a_hundred(percent: int, answer: float) -> None:
    assert percentile(list(range(1, 101)), percent) == answer


@pytest.mark.parametrize(
    ("values", "percent", "answer"),
    [
        ([7.0], 50, 7.0),
        ([7.0], 99, 7.0),
        ([1.0, 2.0], 50, 1.0),
        ([1.0, 2.0], 51, 2.0),
        ([1.0, 2.0, 3.0], 50, 2.0),
        ([15, 20, 35, 40, 50], 30, 20),
        ([15, 20, 35, 40, 50], 40, 20),
        ([15, 20, 35, 40, 50], 50, 35),
    ],
)
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


@pytest.mark.parametrize(
    ("count", "missing"),
    [
        (1, {"p50", "p90", "p95", "p99"}),
        (2, {"p90", "p95", "p99"}),
        (9, {"p90", "p95", "p99"}),
        (10, {"p95", "p99"}),
        (20, {"p99"}),
        (99, {"p99"}),
        (100, set()),
    ],
)
def test_a_summary_leaves_out_what_it_cannot_know(count: int, missing: set[str]) -> None:
    summary = summarize([1.0] * count)

    assert {name for name, value in summary.items() if value is None} == missing


def test_a_mean_does_not_lose_small_values_beside_large_ones() -> None:
    assert summarize([1e16, 1.0, 1.0])["mean"] == math.fsum([1e16, 1.0, 1.0]) / 3


def test_a_missing_percentile_says_how_many_inferences_it_needs() -> None:
    assert missing_reason("p99", 40) == "p99 needs at least 100 inferences in every launch; one had 40"


def test_the_interval_of_a_figure_is_over_launches_whole_numbers_included() -> None:
    launches = [{"load_ms": value} for value in (9, 10, 11, 10, 10)]

    assert interval_of(launches, "load_ms").value == pytest.approx(9.98, abs=0.01)
