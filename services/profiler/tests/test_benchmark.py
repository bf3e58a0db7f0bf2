"""Real profiles from end to end, as a launcher starts them; and what cannot be measured."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openvino as ov
import pytest
from workbench.ir import file_digest
from workbench.profiler import refusals
from workbench.runner.core import Refusal

Make = Callable[..., ov.Model]


@pytest.fixture(scope="session")
def result(measured: dict[str, Any]) -> dict[str, Any]:
    assert "result" in measured, measured
    return dict(measured["result"])


@pytest.mark.parametrize(
    "metric", ["throughput_fps", "cpu_ms_per_request", "load_ms", "compile_ms", "first_inference_ms"]
)
def test_every_metric_lies_within_its_interval(result: dict[str, Any], metric: str) -> None:
    assert 0 < result[metric]["low"] <= result[metric]["value"] <= result[metric]["high"]


def test_latencies_are_in_order(result: dict[str, Any]) -> None:
    names = ("p50", "p90", "p95", "p99", "max")
    values = [result["latency_ms"][name]["value"] for name in names if result["latency_ms"][name]]

    assert values == sorted(values)
    assert values[0] > 0


def test_there_are_five_launches_in_fresh_processes_that_measured_the_same_thing(result: dict[str, Any]) -> None:
    launches = result["launches"]

    assert len(launches) == 5
    assert len({(launch["requests"], launch["batch"]) for launch in launches}) == 1
    assert all(launch["duration_s"] >= 0.3 for launch in launches)
    assert all(launch["warm_inferences"] >= 10 for launch in launches)


def test_requests_in_flight_latency_and_speed_fit_together(result: dict[str, Any]) -> None:
    """Little's law: what is in flight is speed times latency, but for what Python takes between two."""
    launch = result["launches"][0]

    in_flight = launch["throughput_fps"] * launch["latency_ms"]["mean"] / 1000

    assert 0.5 * launch["requests"] < in_flight <= 1.05 * launch["requests"]


def test_the_cpu_time_of_a_request_fits_the_cores_that_were_used(result: dict[str, Any]) -> None:
    for launch in result["launches"]:
        cores = launch["cpu_ms_per_request"] * launch["throughput_fps"] / launch["batch"] / 1000
        assert cores == pytest.approx(launch["cpu_cores"], rel=0.01)
    assert 0 < result["cpu_share"]["obtained"] <= 1.1 * result["cpu_share"]["available"]


def test_layers_carry_original_names_and_what_was_executed(result: dict[str, Any]) -> None:
    originals = {name for layer in result["layers"] for name in layer["original_layers"]}

    assert {"conv1", "conv2", "conv3", "pool"} <= originals
    assert {layer["runtime_precision"] for layer in result["layers"] if layer["type"] == "Convolution"} == {"f32"}
    assert all(layer["time_ms"] >= 0 for layer in result["layers"])


def test_the_configuration_that_ran_is_read_back(result: dict[str, Any]) -> None:
    configuration = result["configuration"]

    assert configuration["INFERENCE_PRECISION_HINT"] == "f32"
    assert configuration["PERFORMANCE_HINT"] == "THROUGHPUT"
    assert configuration["NUM_STREAMS"] >= 1
    assert configuration["requests"] == result["launches"][0]["requests"]


def test_where_it_comes_from_is_told(result: dict[str, Any], measured: dict[str, Any]) -> None:
    provenance = result["provenance"]
    model = measured["folder"] / "inputs" / "model" / "model.xml"

    assert provenance["model_digest"] == file_digest([model, model.with_suffix(".bin")])
    assert provenance["spec"]["seed"] == 3
    assert provenance["spec"]["launches"] == 5
    assert provenance["env"] == {"OV_LEVEL": "1"}
    assert provenance["versions"]["openvino"] == ov.get_version()
    assert provenance["device"]["device"] == "CPU"
    assert provenance["device"]["full_device_name"]
    assert "FP32" in provenance["device"]["optimization_capabilities"]
    assert provenance["device"]["plugin_versions"]["CPU"]
    assert provenance["compiled"]["EXECUTION_DEVICES"] == ["CPU"]
    assert provenance["machine"]["logical_cpus"] == os.cpu_count()
    assert set(provenance["machine"]["cpu"]) >= {"vendor", "family", "model", "stepping", "isa"}
    assert len(provenance["load_before"]["load_average"]) == 3


def test_the_trust_is_a_verdict_with_its_reasons(result: dict[str, Any]) -> None:
    trust = result["trust"]

    assert trust["verdict"] in ("trusted", "doubtful", "untrusted")
    assert (trust["verdict"] == "trusted") == (trust["reasons"] == [])


def test_the_loop_is_told_with_its_reason(result: dict[str, Any]) -> None:
    assert result["loop"] in ("async", "sync")
    assert result["loop_reason"].endswith(".")


def test_progress_counts_launches_and_never_goes_back(measured: dict[str, Any]) -> None:
    lines = [json.loads(line) for line in (measured["folder"] / "progress.jsonl").read_text().splitlines()]
    fractions = [line["fraction"] for line in lines]

    assert fractions == sorted(fractions)
    assert [line["stage"] for line in lines] == ["measuring"] * 6 + ["layers"]
    assert lines[5]["message"].startswith("launch 5 of 5: ")


def test_nothing_is_left_among_the_outputs(measured: dict[str, Any]) -> None:
    assert list((measured["folder"] / "outputs").iterdir()) == []


def test_one_request_is_measured_in_a_synchronous_loop(profile: Any, convolutions: Make) -> None:
    result = profile(convolutions(), hint="latency", requests=1)["result"]

    assert result["loop"] == "sync"
    assert {launch["requests"] for launch in result["launches"]} == {1}


def test_a_model_of_microseconds_is_measured_and_told_to_show_python_not_the_device(
    profile: Any, dynamic: Make
) -> None:
    result = profile(dynamic(1, 4), requests=1)["result"]

    assert result["latency_ms"]["p50"]["value"] < 1
    assert result["trust"]["verdict"] != "trusted"
    [reason] = [each for each in result["trust"]["reasons"] if each["rule"] == "host-bound"]
    assert "throughput is a lower bound of what the device can do" in reason["detail"]


def test_a_model_with_open_dimensions_is_measured_in_the_shape_asked_for(profile: Any, dynamic: Make) -> None:
    result = profile(dynamic(-1, 3, -1, -1), shapes={"x": [2, 3, 16, 16]}, batch=2)["result"]

    assert result["provenance"]["spec"]["shapes"] == {"x": [2, 3, 16, 16]}
    launch = result["launches"][0]
    assert launch["throughput_fps"] == pytest.approx(2 * launch["inferences"] / launch["duration_s"])


@pytest.mark.parametrize(
    ("fields", "kind", "words"),
    [
        ({"device": "GPU.5"}, "UnknownDevice", "Available: "),
        ({"device": "NPU.9"}, "UnknownDevice", "NPU.9"),
        ({"streams": 1000}, "ImpossibleStreams", "streams: 1000"),
        ({"inference_precision": "f8"}, "BadSpec", "inference_precision: Must be one of f32, f16, bf16."),
        ({"batch": 0}, "BadSpec", "batch: Must be"),
        ({"launches": 4}, "BadSpec", "launches: Must be a whole number from 5"),
        ({"shapes": {"nobody": [1]}}, "UnknownInput", "image"),
        ({"main_file": "other.xml"}, "Unreadable", "other.xml"),
        ({"main_file": "../../spec.json"}, "BadSpec", "main_file"),
        ({"unknown": 1}, "BadSpec", "unknown: Unknown field; accepted are inference_precision"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_words(
    profile: Any, convolutions: Make, fields: dict[str, Any], kind: str, words: str
) -> None:
    refusal = profile(convolutions(), **fields)["refusal"]

    assert refusal["kind"] == kind
    assert words in refusal["detail"]
    assert "\n" not in refusal["detail"]


def test_a_refusal_of_a_measuring_process_arrives_with_its_remedy(profile: Any, convolutions: Make) -> None:
    refusal = profile(convolutions(), device="GPU.5")["refusal"]

    assert refusal["remedy"] == refusals.UnknownDevice.remedy()
    assert refusal["available"] == list(ov.Core().available_devices)


def test_a_dynamic_model_without_shapes_is_refused_by_input(profile: Any, dynamic: Make) -> None:
    refusal = profile(dynamic(1, 3, -1, -1))["refusal"]

    assert (refusal["kind"], refusal["input"]) == ("DynamicShape", "x")


@pytest.mark.parametrize(
    ("name", "content"),
    [("model.xml", b"<net"), ("model.xml", b""), ("model.onnx", b"no model"), ("model.txt", b"text")],
)
def test_a_broken_model_is_refused_by_its_file(perform: Any, tmp_path: Path, name: str, content: bytes) -> None:
    folder = tmp_path / "inputs" / "model"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(content)

    refusal = perform("workbench.profiler.benchmark", tmp_path, {"main_file": name})["refusal"]

    assert refusal["kind"] in ("Unreadable", "BrokenModel")
    assert name in refusal["detail"]


def test_an_ir_with_cut_weights_is_refused(perform: Any, saved: Any, convolutions: Make, tmp_path: Path) -> None:
    model = saved(convolutions())
    weights = model.with_suffix(".bin").read_bytes()
    folder = tmp_path / "run" / "inputs" / "model"
    folder.mkdir(parents=True)
    (folder / "model.xml").write_bytes(model.read_bytes())
    (folder / "model.bin").write_bytes(weights[: len(weights) // 2])

    refusal = perform("workbench.profiler.benchmark", tmp_path / "run", {"main_file": "model.xml"})["refusal"]

    assert refusal["kind"] in ("Unreadable", "BrokenModel")


KINDS = [
    kind
    for kind in vars(refusals).values()
    if isinstance(kind, type) and issubclass(kind, Refusal) and kind is not Refusal
]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_refusal_says_what_to_do(kind: type[Refusal]) -> None:
    assert kind.remedy().endswith(".")


def test_the_targets_of_this_machine(perform: Any, tmp_path: Path) -> None:
    [target] = perform("workbench.profiler.targets", tmp_path, {})["result"]["targets"]

    assert (target["id"], target["name"]) == ("local", "local")
    [cpu] = [device for device in target["devices"] if device["name"] == "CPU"]
    assert cpu["full_name"]
    assert "FP32" in cpu["precisions"]
    assert "WINOGRAD" not in cpu["precisions"]
    assert cpu["streams"]["fewest"] == 1
    assert cpu["default_precision"] in ("f32", "bf16", "f16")
    assert cpu["plugin_version"].startswith(ov.get_version().split("-")[0].rsplit(".", 1)[0])
    assert target["cores_available"] > 0
    here = {device["name"].partition(".")[0] for device in target["devices"]}
    assert {absent["device"] for absent in target["absent"]} == {"GPU", "NPU"} - here
    assert all(absent["reason"].endswith(".") for absent in target["absent"])
