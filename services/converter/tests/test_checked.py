"""A conversion is compared with its source on the same numbers: what is not the same is refused by the operation."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import NodeProto, TensorProto, helper, numpy_helper
from workbench.converter import checked as verdicts
from workbench.converter.values import IgnoredAttribute, OutputsDiffer, RoundingTooCoarse
from workbench.runner import Launch, Limits, ProcessLauncher, read_outcome

Converted = Callable[..., tuple[dict[str, Any], Path]]
IMAGE = [1, 3, 20, 20]


def saved(
    folder: Path,
    nodes: Sequence[NodeProto],
    weights: dict[str, np.ndarray],
    opset: int = 18,
    kind: int = TensorProto.FLOAT,
) -> Path:
    """A model from ``image`` to ``y``, of whatever shape."""
    graph = helper.make_graph(
        list(nodes),
        "g",
        [helper.make_tensor_value_info("image", kind, IMAGE)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    path = folder / "net.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)
    return path


def resized(folder: Path, *after: NodeProto, **attributes: Any) -> Path:
    node = helper.make_node(
        "Resize",
        ["image", "", "", "sizes"],
        ["small"],
        name="shrink",
        mode="linear",
        coordinate_transformation_mode="half_pixel",
        **attributes,
    )
    nodes = [node, helper.make_node("Relu", ["small"], ["y"], name="last"), *after]
    return saved(folder, nodes, {"sizes": np.array([1, 3, 7, 7], np.int64)})


def scaled(folder: Path, weight: float) -> Path:
    nodes = [helper.make_node("Mul", ["image", "w"], ["y"], name="scale")]
    return saved(folder, nodes, {"w": np.array([weight, 1, 1], np.float32).reshape(1, 3, 1, 1)})


def checked(converted: Converted, *asked: Any, **inputs: Any) -> dict[str, Any]:
    facts: dict[str, Any] = converted(*asked, **inputs)[0]["conversion"]["checked"]
    return facts


def test_what_is_the_same_is_told_output_by_output(converted: Converted, tmp_path: Path) -> None:
    found = checked(converted, resized(tmp_path))

    assert (found["verdict"], found["reason"]) == ("alike", None)
    assert found["runtime"] == {"name": "onnxruntime", "version": found["runtime"]["version"]}
    assert found["rounds"] == ["0 to 1", "normal", "0 to 255"]
    [output] = found["outputs"]
    assert output["name"] == "y"
    assert output["relative"] < 1e-6
    assert (output["beyond"], output["nonfinite"]) == (0.0, 0)


@pytest.mark.parametrize("precision", ["FP32", "FP16"])
def test_an_attribute_that_is_not_honoured_is_refused_by_its_operation(
    converted: Converted, tmp_path: Path, precision: str
) -> None:
    with pytest.raises(OutputsDiffer, match="first operation that differs is Resize 'shrink'") as refused:
        converted(resized(tmp_path, antialias=1), precision)

    assert refused.value.facts["operation"] == "Resize 'shrink'"
    assert refused.value.facts["checked"]["outputs"][0]["beyond"] > 0.9


def test_what_onnxruntime_does_not_run_is_not_comparable_and_no_failure(converted: Converted, tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["image"], ["i"], to=TensorProto.INT64),
        helper.make_node("Gather", ["w", "i"], ["y"], name="look"),
    ]
    facts, _ = converted(saved(tmp_path, nodes, {"w": np.ones(2, np.float32)}, kind=TensorProto.UINT8))

    assert facts["conversion"]["checked"]["verdict"] == "not comparable"
    assert "rejects random inputs" in facts["conversion"]["checked"]["reason"]
    assert "was not compared with its source" in facts["conversion"]["warnings"][0]


def endless(folder: Path) -> Path:
    """With a loop that goes on for 2**62 rounds."""
    shapes = {"i": (TensorProto.INT64, []), "c": (TensorProto.BOOL, []), "v": (TensorProto.FLOAT, [1])}
    shapes |= {"d": shapes["c"], "w": shapes["v"]}
    value = {name: helper.make_tensor_value_info(name, *shape) for name, shape in shapes.items()}
    steps = [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Add", ["v", "v"], ["w"])]
    body = helper.make_graph(steps, "body", [value[name] for name in "icv"], [value[name] for name in "dw"])
    loop = helper.make_node("Loop", ["n", "yes", "k"], ["z"], body=body, name="spin")
    start = {"n": np.array(2**62, np.int64), "yes": np.array(True), "k": np.ones(1, np.float32)}
    return saved(folder, [loop, helper.make_node("Add", ["image", "z"], ["y"])], start)


def test_a_loop_without_end_is_named_and_waited_for_no_longer_than_a_loop_is(
    converted: Converted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verdicts, "_LOOPING_S", 1)

    found = checked(converted, endless(tmp_path))

    assert found["verdict"] == "not comparable"
    assert found["reason"] == "after 1 s its Loop 'spin' had not ended, which it may never do"


def test_what_is_known_to_be_ignored_is_refused_where_nothing_can_be_compared(
    converted: Converted, tmp_path: Path
) -> None:
    nodes = [
        helper.make_node("Cast", ["image"], ["i"], to=TensorProto.INT64),
        helper.make_node("Gather", ["w", "i"], ["f"]),
        helper.make_node("Resize", ["f", "", "", "sizes"], ["y"], name="shrink", mode="linear", antialias=1),
    ]
    weights = {"w": np.ones(2, np.float32), "sizes": np.array([1, 3, 7, 7], np.int64)}

    with pytest.raises(IgnoredAttribute, match="OpenVINO ignores antialias of Resize 'shrink'"):
        converted(saved(tmp_path, nodes, weights, kind=TensorProto.UINT8))


def test_training_mode_is_no_fault_where_both_compute_it(converted: Converted, tmp_path: Path) -> None:
    names = ["scale", "bias", "mean", "var"]
    nodes = [helper.make_node("BatchNormalization", ["image", *names], ["y", "m", "v"], name="norm", training_mode=1)]

    weights = {name: np.ones(3, np.float32) for name in names}
    assert checked(converted, saved(tmp_path, nodes, weights, opset=15))["verdict"] == "alike"


def test_random_numbers_of_its_own_make_a_model_not_comparable(converted: Converted, tmp_path: Path) -> None:
    nodes = [
        helper.make_node("RandomUniformLike", ["image"], ["noise"], name="dice"),
        helper.make_node("Add", ["image", "noise"], ["y"]),
    ]

    found = checked(converted, saved(tmp_path, nodes, {}))

    assert found["reason"] == "RandomUniformLike draws other numbers every time"


@pytest.mark.parametrize("reverse", [False, True])
def test_preprocessing_that_was_built_in_is_done_for_the_source(
    converted: Converted, tmp_path: Path, reverse: bool
) -> None:
    asked = {"mean": [104, 117, 123], "scale": [58.4, 57.1, 57.4], "reverse_channels": reverse, "shape": [2, 3, 9, 9]}

    assert checked(converted, scaled(tmp_path, 3), image=asked)["verdict"] == "alike"


def test_weights_beyond_half_precision_are_refused_by_name_where_they_matter(
    converted: Converted, tmp_path: Path
) -> None:
    with pytest.raises(RoundingTooCoarse, match=r"1 value of 'w' \(1\) beyond ±65504 became ±65504") as refused:
        converted(scaled(tmp_path, 7e5), "FP16")

    assert refused.value.facts["field"] == "precision"
    assert converted(scaled(tmp_path, 7e5), "FP32")[0]["conversion"]["checked"]["verdict"] == "alike"


def test_outputs_that_never_vary_make_a_comparison_say_little(converted: Converted, tmp_path: Path) -> None:
    nothing = helper.make_node("Mul", ["image", "w"], ["y"], name="scale")
    ignoring = saved(tmp_path, [nothing], {"w": np.zeros((1, 3, 1, 1), np.float32)})

    conversion = converted(ignoring, "FP16")[0]["conversion"]

    assert conversion["checked"]["verdict"] == "alike"
    assert conversion["checked"]["constant"]
    [warning] = conversion["warnings"]
    assert warning.startswith("Whatever random numbers went in, the source's outputs were the same")
    assert not checked(converted, resized(tmp_path))["constant"]


def test_weights_that_vanish_are_counted_and_told(converted: Converted, tmp_path: Path) -> None:
    conversion = converted(scaled(tmp_path, 2e-5), "FP16")[0]["conversion"]

    assert conversion["half"] == {
        "clipped": {"values": 0, "weights": 0, "by_name": {}},
        "vanished": {"values": 1, "weights": 1, "by_name": {"w": 1}},
    }
    assert conversion["warnings"] == [
        "In half precision 1 value of 'w' (1) too small for half precision lost digits or became 0."
    ]


@pytest.mark.parametrize("file", ["squeezenet1.1_fp16.onnx", "ir_fp32/squeezenet1.1.xml"])
def test_networks_are_alike_in_half_precision(models: Path, converted: Converted, file: str) -> None:
    assert checked(converted, models / "squeezenet1.1" / file, "FP16")["verdict"] == "alike"


def test_a_transformer_is_alike_in_half_precision(published: Path, converted: Converted) -> None:
    vit = published / "tiny_vit_digits" / "tiny_vit_digits.onnx"

    assert checked(converted, vit, "FP16")["verdict"] == "alike"


def test_it_holds_in_a_confined_process(in_processes: None, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "inputs" / "model").mkdir(parents=True)
    resized(folder / "inputs" / "model")
    spec = {"main_file": "net.onnx", "precision": "FP16", "inputs": {}}
    (folder / "spec.json").write_text(json.dumps(spec))
    launcher = ProcessLauncher(tmp_path / "home")

    limits = Limits(memory_bytes=4 << 30, cpu_s=60, file_bytes=1 << 30, wall_s=60)
    launcher.start(folder, Launch("workbench.converter.convert", spec, {}, limits))
    while launcher.wait(folder, 1.0).state != "exited":
        pass

    outcome = read_outcome(folder)
    assert outcome.result, (outcome.refusal, outcome.reason)
    assert outcome.result["conversion"]["checked"]["verdict"] == "alike"
