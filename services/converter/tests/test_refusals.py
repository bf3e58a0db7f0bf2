"""What cannot be converted as asked is refused with the field at fault and what would be accepted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forked
import pytest
from onnx import TensorProto, helper
from workbench import ir
from workbench.converter.values import (
    BadLayout,
    BadPreprocessing,
    BadShape,
    UnknownInput,
)
from workbench.fields import BadSpec
from workbench.runner.core import Refusal

Converted = Callable[..., tuple[dict[str, Any], Path]]


def refusal(converted: Converted, model: Path, precision: str = "FP32", **inputs: Any) -> Refusal:
    with pytest.raises(Refusal) as refused:
        converted(model, precision, **inputs)
    assert "\n" not in str(refused.value)
    assert str(model.parent) not in str(refused.value)
    return refused.value


def test_an_unknown_input_is_told_which_there_are(models: Path, converted: Converted) -> None:
    refused = refusal(converted, models / "tiny_inpaint" / "tiny_inpaint.onnx", photo={"mean": [1, 2, 3]})

    assert isinstance(refused, UnknownInput)
    assert str(refused) == "inputs.photo: the model has no such input; it has image, mask."
    assert refused.facts == {"field": "inputs.photo", "inputs": ["image", "mask"]}


@pytest.mark.parametrize("precision", ["FP64", "fp16", "INT8", ""])
def test_a_precision_that_is_none(squeezenet: Path, converted: Converted, precision: str) -> None:
    refused = refusal(converted, squeezenet, precision)

    assert isinstance(refused, BadSpec)
    assert "FP32, FP16" in str(refused)


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ([1, 3, 224], "[1, 3, 224] has 3 dimensions, but the input has 4: [1, 3, 224, 224]"),
        ([], "has 0 dimensions"),
    ],
)
def test_a_shape_that_is_none(squeezenet: Path, converted: Converted, shape: list[Any], reason: str) -> None:
    refused = refusal(converted, squeezenet, data_0={"shape": shape})

    assert isinstance(refused, BadShape)
    assert refused.facts["field"] == "inputs.data_0.shape"
    assert reason in str(refused)


@pytest.mark.parametrize("dimension", [0, -2, 2**31, 224.0, -1.0, "224", True, None, [5, 2], [0, 2], [1, 2, 3], [], {}])
def test_a_dimension_that_is_none(squeezenet: Path, converted: Converted, dimension: Any) -> None:
    refused = refusal(converted, squeezenet, data_0={"shape": [1, 3, dimension, 224]})

    assert isinstance(refused, BadSpec)
    assert refused.facts["field"] == "inputs.data_0.shape.2"
    assert str(refused).endswith("-1 for any, or [least, most].")


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        ([1, 4, 224, 224], "channel count (4) does not match filter input channel count (3)"),
        ([1, 3, 2, 2], "at 'conv1_1/WithoutBiases': Kernel after dilation has size (dim: 3) larger"),
        ([1, 3, 224, 17], "at 'pool5_1'"),
    ],
)
def test_a_shape_the_model_does_not_work_with(
    squeezenet: Path, converted: Converted, shape: list[int], reason: str
) -> None:
    refused = refusal(converted, squeezenet, data_0={"shape": shape})

    assert isinstance(refused, BadShape)
    assert str(refused).startswith(f"inputs.data_0.shape {shape}: the model does not work with it: ")
    assert reason in str(refused)


def test_shapes_that_contradict_each_other(models: Path, converted: Converted) -> None:
    refused = refusal(
        converted,
        models / "tiny_inpaint" / "tiny_inpaint.onnx",
        image={"shape": [1, 3, 12, 12]},
        mask={"shape": [1, 1, 16, 16]},
    )

    assert isinstance(refused, BadShape)
    assert "inputs.image.shape [1, 3, 12, 12], inputs.mask.shape [1, 1, 16, 16]" in str(refused)
    assert "inconsistent" in str(refused)


@pytest.mark.parametrize("shape", [[1, 3, 1_000_000, 1_000_000], [2_000_000, 3, 224, 224]])
def test_a_shape_that_no_machine_holds(squeezenet: Path, converted: Converted, shape: list[int]) -> None:
    refused = refusal(converted, squeezenet, data_0={"shape": shape})

    assert isinstance(refused, ir.TooLarge)
    assert "GiB" in str(refused)


@pytest.mark.parametrize(
    ("layout", "reason"),
    [
        ("NCH", "'NCH' names 3 dimensions, but the input has 4"),
        ("NCHWD", "names 5 dimensions"),
        ("nchw", "'nchw' is no layout; write one capital letter"),
        ("NCCH", "each once"),
        ("N...", "is no layout"),
        ("[N,C,H,W]", "is no layout"),
    ],
)
def test_a_layout_that_is_none(squeezenet: Path, converted: Converted, layout: str, reason: str) -> None:
    refused = refusal(converted, squeezenet, data_0={"layout": layout})

    assert isinstance(refused, BadLayout)
    assert refused.facts["field"] == "inputs.data_0.layout"
    assert reason in str(refused)


@pytest.mark.parametrize("asked", [{"mean": [1, 2, 3]}, {"scale": [1, 2, 3]}, {"reverse_channels": True}])
@pytest.mark.parametrize("layout", ["NXHW", "????"])
def test_preprocessing_without_known_channels(
    squeezenet: Path, converted: Converted, asked: dict[str, Any], layout: str
) -> None:
    refused = refusal(converted, squeezenet, data_0={**asked, "layout": layout})

    assert isinstance(refused, BadLayout)
    assert "Give a layout with C, such as NCHW" in str(refused)


def test_preprocessing_where_the_shape_leaves_doubt(converted: Converted, tmp_path: Path) -> None:
    refused = refusal(converted, relu(tmp_path, [1, 3, 8, 3]), x={"mean": [1, 2, 3]})

    assert isinstance(refused, BadLayout)
    assert "[1, 3, 8, 3]" in str(refused)


@pytest.mark.parametrize(
    ("asked", "field", "reason"),
    [
        ({"mean": [1, 2]}, "mean", "[1.0, 2.0] has 2 values, but the input has 3 channels"),
        ({"mean": []}, "mean", "[] has 0 values"),
        ({"scale": [1]}, "scale", "[1.0] has 1 values, but the input has 3 channels"),
        ({"scale": [1, 2, 3, 4]}, "scale", "has 4 values"),
        ({"mean": [1, 2, 3], "layout": "NHWC"}, "mean", "but the input has 224 channels"),
        ({"scale": [1, 0, 3]}, "scale", "[1.0, 0.0, 3.0] holds a zero"),
        ({"scale": [1, -0.0, 3]}, "scale", "holds a zero"),
    ],
)
def test_means_and_scales_that_do_not_fit(
    squeezenet: Path, converted: Converted, asked: dict[str, Any], field: str, reason: str
) -> None:
    refused = refusal(converted, squeezenet, data_0=asked)

    assert isinstance(refused, BadPreprocessing)
    assert refused.facts["field"] == f"inputs.data_0.{field}"
    assert reason in str(refused)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", True, 1e39])
def test_a_mean_that_is_no_number(squeezenet: Path, converted: Converted, value: Any) -> None:
    refused = refusal(converted, squeezenet, data_0={"mean": [1, value, 3]})

    assert isinstance(refused, BadSpec)
    assert refused.facts["field"] == "inputs.data_0.mean.1"


@pytest.mark.parametrize(("shape", "counted"), [([1, 1, 8, 8], "1 channel;"), ([1, -1, 8, 8], "any number")])
def test_channels_that_cannot_be_reversed(converted: Converted, tmp_path: Path, shape: list[int], counted: str) -> None:
    refused = refusal(converted, relu(tmp_path, shape), x={"reverse_channels": True, "layout": "NCHW"})

    assert isinstance(refused, BadPreprocessing)
    assert f"the input has {counted}" in str(refused)


def test_a_mean_for_an_input_of_integers(converted: Converted, tmp_path: Path) -> None:
    refused = refusal(converted, relu(tmp_path, [1, 3, 8, 8], TensorProto.INT32), x={"mean": [1, 2, 3]})

    assert isinstance(refused, BadPreprocessing)
    assert "need a float input; this one is i32" in str(refused)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("truncated.onnx", ir.BrokenModel),
        ("lfs_pointer.onnx", ir.BrokenModel),
        ("old_opset_super_resolution.onnx", ir.UnsupportedOperations),
    ],
)
def test_a_model_that_cannot_be_read(models: Path, converted: Converted, file: str, kind: type[Refusal]) -> None:
    refused = refusal(converted, models / "negative" / file)

    assert isinstance(refused, kind)
    assert refused.facts["file"] == file


def test_a_refusal_leaves_a_result_that_says_so_and_no_model(squeezenet: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    (folder / "inputs" / "model").mkdir(parents=True)
    shutil.copy(squeezenet, folder / "inputs" / "model")
    spec = {"main_file": squeezenet.name, "precision": "FP16", "inputs": {"data_0": {"shape": [1, 3, 9]}}}
    (folder / "spec.json").write_text(json.dumps(spec))

    assert forked.run_core("workbench.converter.convert", folder) == 1
    refusal = json.loads((folder / "result.json").read_text())["refusal"]
    assert refusal["kind"] == "BadShape"
    assert refusal["field"] == "inputs.data_0.shape"
    assert list((folder / "outputs").iterdir()) == []


def relu(folder: Path, shape: list[int], element_type: int = TensorProto.FLOAT) -> Path:
    dimensions = [size if size > 0 else None for size in shape]
    graph = helper.make_graph(
        [helper.make_node("Abs", ["x"], ["y"])],
        "g",
        [helper.make_tensor_value_info("x", element_type, dimensions)],
        [helper.make_tensor_value_info("y", element_type, None)],
    )
    path = folder / "small.onnx"
    path.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()
    )
    return path
