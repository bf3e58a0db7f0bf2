"""Every field of a specification, good and bad; and the OpenVINO properties it becomes."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.fields import BadSpec
from workbench.profiler.devices.compiled import properties
from workbench.profiler.machine import cgroups
from workbench.profiler.spec import read_spec
from workbench.profiler.values import ProfileSpec


def spec(**fields: Any) -> ProfileSpec:
    return read_spec({"main_file": "model.xml", **fields})


def test_what_is_left_out_has_a_value() -> None:
    assert spec().to_json() == {
        "main_file": "model.xml",
        "device": "CPU",
        "inference_precision": "f32",
        "batch": 1,
        "hint": "throughput",
        "streams": None,
        "requests": None,
        "duration_s": 2.0,
        "launches": 5,
        "until": None,
        "within_s": 600.0,
        "shapes": None,
        "inputs": None,
        "seed": 0,
        "others": (),
    }


def test_a_specification_survives_json() -> None:
    whole = spec(
        device="GPU.0",
        inference_precision="f16",
        batch=8,
        hint=None,
        streams=2,
        requests=4,
        duration_s=0.5,
        launches=7,
        shapes={"x": [1, 3, 224, 224]},
        seed=9,
        others=["model.xml"],
    )

    assert read_spec(whole.to_json()) == whole


GOOD = [
    ("main_file", "sub/model.onnx"),
    ("main_file", "a..b.xml"),
    ("device", "AUTO:GPU,CPU"),
    ("inference_precision", "bf16"),
    ("batch", 1),
    ("batch", 4096),
    ("hint", "latency"),
    ("hint", None),
    ("streams", 1),
    ("streams", 1024),
    ("streams", None),
    ("requests", 4096),
    ("requests", None),
    ("duration_s", 0.1),
    ("duration_s", 3600),
    ("launches", 5),
    ("launches", 100),
    ("shapes", {}),
    ("shapes", None),
    ("shapes", {"x": []}),
    ("shapes", {"x": [1], "y": [2, 3]}),
    ("seed", 0),
    ("seed", 2**32 - 1),
]


@pytest.mark.parametrize(("field", "value"), GOOD)
def test_good_values_are_taken(field: str, value: Any) -> None:
    assert getattr(spec(**{field: value}), field) == value


BAD = [
    ("main_file", ""),
    ("main_file", 7),
    ("main_file", None),
    ("main_file", "../model.xml"),
    ("main_file", "/etc/passwd"),
    ("main_file", "a/../../b"),
    ("main_file", ".."),
    ("device", ""),
    ("device", None),
    ("device", 1),
    ("device", "MULTI"),
    ("device", "AUTO:GPU,GPU"),
    ("inference_precision", ""),
    ("inference_precision", 32),
    ("batch", 0),
    ("batch", -1),
    ("batch", 4097),
    ("batch", 1.5),
    ("batch", "1"),
    ("batch", True),
    ("batch", None),
    ("hint", "fast"),
    ("hint", "THROUGHPUT"),
    ("hint", 1),
    ("hint", ""),
    ("streams", 0),
    ("streams", 1025),
    ("streams", "2"),
    ("streams", True),
    ("requests", 0),
    ("requests", 4097),
    ("requests", 2.0),
    ("duration_s", 0),
    ("duration_s", 0.09),
    ("duration_s", 3601),
    ("duration_s", "2"),
    ("duration_s", None),
    ("duration_s", True),
    ("duration_s", float("nan")),
    ("duration_s", float("inf")),
    ("launches", 4),
    ("launches", 101),
    ("launches", 5.0),
    ("launches", True),
    ("seed", -1),
    ("seed", 2**32),
    ("seed", None),
    ("shapes", []),
    ("shapes", "x"),
    ("shapes", 7),
]


@pytest.mark.parametrize(("field", "value"), BAD)
def test_bad_values_are_refused_by_name(field: str, value: Any) -> None:
    with pytest.raises(BadSpec) as refused:
        spec(**{field: value})

    assert refused.value.facts == {"field": field}
    assert str(refused.value).startswith(f"{field}: ")


@pytest.mark.parametrize("shape", [None, 7, "1,3", [0], [-1], [1.0], ["1"], [True], [1, None], [[1]]])
def test_a_bad_shape_is_refused_by_its_inputs_name(shape: Any) -> None:
    with pytest.raises(BadSpec) as refused:
        spec(shapes={"good": [1], "x": shape})

    assert str(refused.value.facts["field"]).startswith("shapes.x")


def test_an_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(BadSpec, match="nstreams: Unknown field; accepted are .*streams"):
        spec(nstreams=2)


def test_a_profile_of_nothing_is_refused() -> None:
    with pytest.raises(BadSpec, match="main_file: Missing data for required field"):
        read_spec({})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {"PERFORMANCE_HINT": "THROUGHPUT"}),
        ({"hint": "latency"}, {"PERFORMANCE_HINT": "LATENCY"}),
        ({"hint": None}, {}),
        ({"hint": None, "streams": 2}, {"NUM_STREAMS": 2}),
        ({"streams": 2}, {"PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": 2}),
        ({"requests": 3}, {"PERFORMANCE_HINT": "THROUGHPUT", "PERFORMANCE_HINT_NUM_REQUESTS": 3}),
        ({"batch": 8, "seed": 3, "duration_s": 1, "launches": 9}, {"PERFORMANCE_HINT": "THROUGHPUT"}),
    ],
)
def test_the_properties_of_a_specification(
    fields: dict[str, Any], expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "cores_available", lambda: float(len(cgroups.affinity())))

    assert properties(spec(**fields)) == {"INFERENCE_PRECISION_HINT": "f32", "PERF_COUNT": False, **expected}


@pytest.mark.parametrize("precision", ["f32", "f16", "bf16"])
def test_the_precision_is_always_said(precision: str) -> None:
    assert properties(spec(inference_precision=precision))["INFERENCE_PRECISION_HINT"] == precision


def test_counters_are_on_only_when_asked_for() -> None:
    assert properties(spec())["PERF_COUNT"] is False
    assert properties(spec(), counters=True)["PERF_COUNT"] is True


@pytest.mark.parametrize(("quota", "threads"), [(0.5, 1), (1.0, 1), (1.9, 1)])
def test_a_quota_limits_the_threads_of_the_cpu_and_of_nothing_else(
    quota: float, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cgroups, "cores_available", lambda: quota)
    monkeypatch.setattr(cgroups, "affinity", lambda: [0, 1])

    assert properties(spec())["INFERENCE_NUM_THREADS"] == threads
    assert "INFERENCE_NUM_THREADS" not in properties(spec(device="GPU.0"))
