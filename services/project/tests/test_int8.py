"""Why INT8 is not faster, or less right: the measured reason, and the request that would change it."""

from __future__ import annotations

from typing import Any

from workbench.project.int8 import advice, notes
from workbench.project.objections import Constraints
from workbench.project.recommend import recommend
from workbench.project.report import report
from workbench.project.values import Variant


def layer(type: str, precision: str | None, time_ms: float, exec_type: str = "jit_avx512") -> dict[str, Any]:
    return {"type": type, "runtime_precision": precision, "time_ms": time_ms, "exec_type": f"{exec_type}_{precision}"}


def around(value: float) -> dict[str, float]:
    return {"value": value, "low": value * 0.99, "high": value * 1.01}


def variant(
    name: str, fps: float, layers: list[dict[str, Any]], accuracy: dict[str, Any], calibration: dict[str, Any]
) -> Variant:
    model = {"precision": name.upper(), "digest": "0", "calibration": calibration}
    profile = {
        "throughput_fps": around(fps),
        "latency_ms": {"p50": around(1.0)},
        "cpu_ms_per_request": around(1.0),
        "trust": {"verdict": "trusted", "reasons": []},
        "layers": layers,
        "configuration": {},
        "provenance": {},
    }
    row = {"metric": "top1", "value": 0.9, "low": 0.8, "high": 1.0, "n": 100, **accuracy}
    return Variant(name, f"m-{name}", model, 100, f"p-{name}", profile, "e", {"metrics": [row], "changed_items": None})


def int8(fps: float, *layers: dict[str, Any], change: float | None = None, **calibration: Any) -> Variant:
    accuracy = (
        {}
        if change is None
        else {"change": {"value": change, "low": change - 0.01, "high": change + 0.01, "n": 100, "beyond_noise": True}}
    )
    return variant("int8", fps, list(layers), accuracy, calibration)


FP32 = variant("fp32", 100, [], {}, {})
QUANTIZED = layer("Convolution", "u8", 10)


def test_what_is_faster_and_loses_nothing_needs_no_reason() -> None:
    assert notes(int8(200, layer("Convolution", "f32", 9), change=0.0), FP32) == []
    assert notes(FP32, FP32) == []


def test_what_is_slow_and_has_no_timed_layer_gets_no_reason() -> None:
    for untimed in (int8(100), int8(100, layer("Convolution", "u8", 0))):
        assert notes(untimed, FP32) == advice(untimed, FP32) == []


def test_layers_left_in_floating_point_are_named_with_what_quantizes_them() -> None:
    gates = {"kept_float": {"types": ["Multiply", "Sigmoid"]}, "distance": 0.12, "distance_without": 0.38}

    (told,) = notes(int8(100, QUANTIZED, layer("GroupConvolution", "f32", 6), **gates), FP32)

    assert "not clearly faster (1.00 × fp32" in told
    assert "38% of its time goes into layers left in floating point that have INT8 kernels (GroupConvolution)" in told
    assert "`ignored_scope`: {}" in told
    assert "off by 38% otherwise, 12% now" in told


def test_each_reason_that_takes_time_is_told_the_longest_first() -> None:
    (told,) = notes(
        int8(
            90,
            layer("Convolution", "u8", 5),
            layer("Slice", "f32", 3),
            layer("Reorder", "u8", 2),
            layer("Concat", "u8", 1.5, "ref"),
            layer("MVN", "f32", 0.1),
        ),
        FP32,
    )

    reasons = told.partition("): ")[2].split("; ")
    assert [each.partition(" goes")[0] for each in reasons] == ["27%", "17%", "13%"]
    assert "does not touch (Slice, MVN)" in reasons[0]
    assert "between precisions and layouts (Reorder)" in reasons[1]
    assert "--ignore-type Concat" in reasons[2]


def test_a_device_without_int8_kernels_is_the_only_reason() -> None:
    (told,) = notes(int8(80, layer("Convolution", "f32", 9), layer("Reorder", "f32", 5)), FP32)

    assert "none of its Convolution layers ran in INT8" in told
    assert "`workbench targets list`" in told


def test_where_all_is_int8_already_nothing_is_left_to_ask_for() -> None:
    (told,) = notes(int8(100, QUANTIZED), FP32)

    assert "leave no more to gain" in told


def test_accuracy_that_is_lost_has_its_distance_and_what_to_try_first() -> None:
    few, plain, mixed = (
        notes(int8(200, QUANTIZED, change=-0.05, distance=0.2, **more), FP32)[0]
        for more in (
            {"samples_used": 40},
            {"samples_used": 300, "preset": "performance"},
            {"samples_used": 300, "preset": "mixed"},
        )
    )

    assert "INT8 loses 5.00 points (4.00 to 6.00); its outputs are off by 20.0%" in few
    assert "with 40 images. To change it: calibrate with 300 to 1000." in few
    assert "--preset mixed" in plain
    assert "--ignore-type" in mixed


def test_the_report_tells_it_with_the_variant() -> None:
    slow = int8(90, QUANTIZED)
    variants = [FP32, slow]
    constraints = Constraints("throughput", None, None)

    told = report({"id": "r"}, variants, constraints, recommend(variants, constraints), None, [])

    assert [each["warnings"] for each in told["variants"]] == [[], notes(slow, FP32)]
    assert [each["advice"] for each in told["variants"]] == [[], advice(slow, FP32)]


def test_each_reason_has_the_share_that_was_measured_and_the_calibration_that_would_change_it() -> None:
    gates = {"kept_float": {"types": ["Sigmoid"]}, "distance": 0.12, "distance_without": 0.38}
    reference, between = layer("Concat", "u8", 2, "ref"), layer("Reorder", "u8", 2)

    told = advice(int8(100, QUANTIZED, layer("GroupConvolution", "f32", 6), reference, between, **gates), FP32)

    assert [(each["share"], each["calibrate"]) for each in told] == [
        (0.3, {"ignored_scope": {}}),
        (0.1, None),
        (0.1, {"ignored_scope": {"types": ["Concat", "Sigmoid"]}}),
    ]
    assert all(each["loss"] is None and each["reason"] and each["to_change"] for each in told)


def test_a_loss_has_its_interval_and_more_images_are_asked_for_only_where_fewer_were() -> None:
    few, short = (
        advice(int8(200, QUANTIZED, change=-0.05, samples_used=40, subset_size=asked), FP32)[0] for asked in (300, 40)
    )

    assert {name: round(each, 6) for name, each in few["loss"].items() if name != "unit"} == {
        "value": 5,
        "low": 4,
        "high": 6,
    }
    assert (few["loss"]["unit"], few["share"]) == ("points", None)
    assert (few["calibrate"], short["calibrate"]) == (None, {"subset_size": 300})


def test_what_is_faster_and_loses_nothing_has_no_advice() -> None:
    assert advice(int8(200, layer("Convolution", "f32", 9), change=0.0), FP32) == []
    assert advice(FP32, FP32) == []
