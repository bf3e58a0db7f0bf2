"""From the figures of launches to one answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from workbench.figures.launches import TooFewLaunches
from workbench.profiler.measuring.facts import aggregate


def launch(fps: float = 100.0, **changes: Any) -> dict[str, Any]:
    return {
        "loop": "async",
        "loop_reason": "because",
        "requests": 2,
        "batch": 1,
        "warm_inferences": 10,
        "stretched": False,
        "load_ms": 5.0,
        "compile_ms": 50.0,
        "first_inference_ms": 8.0,
        "peak_memory_bytes": 1000,
        "inferences": 200,
        "duration_s": 2.0,
        "throughput_fps": fps,
        "latency_ms": {"mean": 20.0, "p50": 19.0, "p90": 22.0, "p95": 23.0, "p99": 25.0, "max": 30.0},
        "cpu_ms_per_request": 18.0,
        "cpu_cores": 1.8,
        "waiting_share": 0.01,
        "host_share": 0.02,
        "stolen_s": 0.0,
        "involuntary_switches": 3,
        "configuration": {"NUM_STREAMS": 2, "requests": 2},
        "compiled": {"X": 1},
    } | changes


def launches(*speeds: float, **changes: Any) -> list[dict[str, Any]]:
    return [launch(fps, **changes) for fps in speeds or (99.0, 100.0, 101.0, 100.0, 100.0)]


def test_every_metric_has_an_interval_over_the_launches() -> None:
    found = aggregate(launches(), 2.0)

    assert found["throughput_fps"]["value"] == pytest.approx(100.0, abs=0.01)
    assert found["throughput_fps"]["low"] < 100.0 < found["throughput_fps"]["high"]
    for name in ("mean", "p50", "p90", "p95", "p99", "max"):
        assert set(found["latency_ms"][name]) == {"value", "low", "high"}
    for name in ("cpu_ms_per_request", "load_ms", "compile_ms", "first_inference_ms"):
        assert found[name]["value"] == pytest.approx(launch()[name])


def test_what_is_equal_in_all_launches_is_told_once() -> None:
    found = aggregate(launches(), 2.0)

    assert found["configuration"] == {"NUM_STREAMS": 2, "requests": 2}
    assert (found["loop"], found["loop_reason"]) == ("async", "because")
    assert not {"loop", "loop_reason", "configuration", "compiled"} & set(found["launches"][0])


def test_raw_figures_of_each_launch_are_kept_in_order() -> None:
    found = aggregate(launches(1.0, 2.0, 3.0, 4.0, 5.0), 2.0)

    assert [each["throughput_fps"] for each in found["launches"]] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_peak_memory_is_the_largest_seen() -> None:
    many = launches()
    many[3]["peak_memory_bytes"] = 5000
    many[4]["peak_memory_bytes"] = None

    assert aggregate(many, 2.0)["peak_memory_bytes"] == 5000
    assert aggregate(launches(peak_memory_bytes=None), 2.0)["peak_memory_bytes"] is None


def test_the_share_of_the_cpu_is_told_beside_what_there_was() -> None:
    many = [launch(waiting_share=share) for share in (0.0, 0.1, None, 0.2, None)]

    found = aggregate(many, 1.5)["cpu_share"]

    assert found == {"obtained": pytest.approx(1.8), "available": 1.5, "waiting": pytest.approx(0.1)}


def test_a_kernel_that_does_not_tell_who_waited_is_no_error() -> None:
    found = aggregate(launches(waiting_share=None), 2.0)

    assert found["cpu_share"]["waiting"] is None
    assert found["trust"]["verdict"] == "trusted"


def test_a_percentile_missing_in_one_launch_is_missing_and_explained() -> None:
    many = launches()
    many[2] = launch(latency_ms=launch()["latency_ms"] | {"p99": None}, inferences=60)

    found = aggregate(many, 2.0)

    assert found["latency_ms"]["p99"] is None
    assert found["latency_ms"]["p95"] is not None
    assert found["notes"] == ["p99 needs at least 100 inferences in every launch; one had 60."]


def test_a_stretched_launch_is_noted() -> None:
    many = launches()
    many[0] |= {"stretched": True, "duration_s": 7.5}

    assert aggregate(many, 2.0)["notes"] == [
        "Launches measured longer than asked for, up to 7.5 s, for enough inferences."
    ]


@pytest.mark.parametrize(("hint", "words"), [("LATENCY", "With the hint latency"), ("THROUGHPUT", "Ask for as many")])
def test_streams_that_stood_idle_are_noted(hint: str, words: str) -> None:
    idle = {"NUM_STREAMS": 2, "requests": 1, "PERFORMANCE_HINT": hint}

    [note] = aggregate(launches(configuration=idle), 2.0)["notes"]

    assert note.startswith("2 streams were made, but 1 in flight at a time: the others stood idle.")
    assert words in note


def test_a_precision_that_nobody_knows_is_noted() -> None:
    unknown = {"requests": 1, "executed": {"precision": None, "devices": ["X"], "layers": {}}}

    assert "is not known" in aggregate(launches(configuration=unknown), 2.0)["notes"][0]


def test_a_clean_measurement_has_no_notes() -> None:
    assert aggregate(launches(), 2.0)["notes"] == []


@pytest.mark.parametrize(
    ("changes", "speeds", "rule"),
    [
        ({}, (50.0, 100.0, 150.0, 100.0, 100.0), "spread"),
        ({"waiting_share": 0.4}, (), "cpu-share"),
        ({"host_share": 0.6}, (), "host-bound"),
    ],
)
def test_the_trust_is_judged_from_the_launches(changes: dict[str, Any], speeds: tuple[float, ...], rule: str) -> None:
    trust = aggregate(launches(*speeds, **changes), 2.0)["trust"]

    assert [reason["rule"] for reason in trust["reasons"]] == [rule]
    assert trust["verdict"] != "trusted"


@pytest.mark.parametrize("count", [1, 4])
def test_too_few_launches_have_no_answer(count: int) -> None:
    with pytest.raises(TooFewLaunches):
        aggregate(launches(*np.ones(count).tolist()), 2.0)
