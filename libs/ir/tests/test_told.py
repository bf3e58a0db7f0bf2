"""What a model says of itself: Model API's names, read back as they were written, and nothing that is too much."""

from __future__ import annotations

from pathlib import Path

import onnx
import openvino as ov
import pytest
from workbench.ir import describe, read, tell
from workbench.ir.told import model_info


def stored(model: ov.Model, folder: Path) -> ov.Model:
    ov.save_model(model, folder / "model.xml")
    return read(folder / "model.xml")


def test_what_model_api_wrote_is_read(convolution: ov.Model, tmp_path: Path) -> None:
    for name, value in {
        "model_type": "Classification",
        "labels": "cat guinea_pig",
        "mean_values": [1.5, 2.5],
        "confidence_threshold": 0.5,
        "embedded_processing": True,
    }.items():
        convolution.set_rt_info(value, ["model_info", name])

    assert model_info(stored(convolution, tmp_path)) == {
        "model_type": "Classification",
        "labels": ["cat", "guinea_pig"],
        "mean_values": "1.5 2.5",
        "confidence_threshold": "0.5",
        "embedded_processing": "YES",
    }


def test_a_model_that_says_nothing_has_said_nothing(convolution: ov.Model, tmp_path: Path) -> None:
    assert model_info(stored(convolution, tmp_path)) == {}


def test_what_nobody_knows_and_what_is_too_long_is_left_out(convolution: ov.Model) -> None:
    convolution.set_rt_info("x" * 201, ["model_info", "model_type"])
    convolution.set_rt_info("cat " * 2**15, ["model_info", "labels"])
    convolution.set_rt_info("value", ["model_info", "nobody_knows"])
    convolution.set_rt_info({"a": {"b": "c"}}, ["model_info", "resize_type"])

    assert model_info(convolution) == {}


def test_what_would_drive_a_terminal_or_stop_a_database_is_left_out(convolution: ov.Model) -> None:
    convolution.set_rt_info("\x1b[2JClassification", ["model_info", "model_type"])
    convolution.set_rt_info("cat \x00 dog", ["model_info", "labels"])
    convolution.set_rt_info("crop", ["model_info", "resize_type"])

    assert model_info(convolution) == {"resize_type": "crop"}


@pytest.mark.parametrize("value", ["", "text", {"model_type": {"model_type": "Classification"}}])
def test_a_section_that_is_none_says_nothing(convolution: ov.Model, value: object) -> None:
    convolution.set_rt_info(value, "model_info")

    assert model_info(convolution) == {}


def test_the_metadata_of_an_onnx_file_name_its_task(models: Path, tmp_path: Path) -> None:
    model, path = onnx.load(models / "tiny_inpaint" / "tiny_inpaint.onnx"), tmp_path / "seg.onnx"
    onnx.helper.set_model_props(model, {"task": "segment", "author": "somebody"})
    onnx.save(model, path)

    assert describe(read(path), path)["model_info"] == {"task": "segment"}


def test_the_operations_before_an_output_are_told_nearest_first(models: Path) -> None:
    path = models / "squeezenet1.1" / "squeezenet1.1.onnx"

    facts = describe(read(path), path)

    assert facts["outputs"][0]["operations"][:3] == ["Softmax", "ReduceMean", "Relu"]
    assert len(facts["outputs"][0]["operations"]) == 8
    assert facts["operations"]["Softmax"] == 1
    assert sum(facts["operations"].values()) >= facts["op_count"]


def test_an_output_that_is_an_input_has_no_operation_before_it() -> None:
    data = ov.opset13.parameter([1, 3, 8, 8], ov.Type.f32, name="data")
    facts = ov.Model([ov.opset13.result(data)], [data], "nothing")

    from workbench.ir.operations import towards

    assert towards(facts.outputs[0]) == []


def test_what_is_told_is_read_back_and_taken_back(convolution: ov.Model, tmp_path: Path) -> None:
    tell(convolution, {"model_type": "Classification", "mean_values": "1 2 3"})
    tell(convolution, {"mean_values": None, "resize_type": "crop"})

    assert model_info(stored(convolution, tmp_path)) == {"model_type": "Classification", "resize_type": "crop"}


def test_nothing_told_leaves_no_trace(convolution: ov.Model) -> None:
    tell(convolution, {})
    tell(convolution, {"mean_values": None})

    assert not convolution.has_rt_info("model_info")
