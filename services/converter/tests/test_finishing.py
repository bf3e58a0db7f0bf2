"""Inputs that are frozen, outputs that are cut, and what the IR takes instead of what the network takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op
from workbench.converter.convert import convert
from workbench.converter.finishing import finish
from workbench.converter.spec import read_spec
from workbench.converter.values import BadBatch, BadLayout, BadPreprocessing, BadValue, UnknownOutput
from workbench.runner.core import Refusal

Infer = Callable[..., Any]


def network(side: int = 4) -> ov.Model:
    """Two inputs: a picture, scaled by a number; two outputs: its sums by channel, and the largest of them."""
    image = op.parameter([1, 3, side, side], ov.Type.f32, name="image")
    factor = op.parameter([1], ov.Type.f32, name="factor")
    scaled = op.multiply(image, factor, name="scaled")
    sums = op.reduce_sum(scaled, op.constant(np.array([2, 3])), keep_dims=False, name="sums")
    largest = op.reduce_max(sums, op.constant(np.array([1])), keep_dims=False, name="largest")
    for node in (image, factor, sums, largest):
        node.output(0).set_names({node.get_friendly_name()})
    return ov.Model([sums, largest], [image, factor], "net")


def made(model: ov.Model | None = None, **asked: Any) -> ov.Model:
    options = read_spec({"main_file": "m.onnx", **asked}).options
    return finish(convert(model or network(), options), options)


def computed(model: ov.Model, *inputs: np.ndarray) -> list[list[Any]]:
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return [value.tolist() for value in compiled(list(inputs)).to_tuple()]


PICTURE = np.arange(48, dtype=np.float32).reshape(1, 3, 4, 4)
SUMS = PICTURE.sum((2, 3))


def test_a_frozen_input_is_gone_and_its_value_inside() -> None:
    model = made(inputs={"factor": {"value": [2]}})

    assert [port.any_name for port in model.inputs] == ["image"]
    assert computed(model, PICTURE)[0] == (2 * SUMS).tolist()


def test_outputs_are_those_that_were_asked_for_in_that_order() -> None:
    one, two = np.ones(1, np.float32), made(outputs=["largest", "scaled"])

    assert [port.any_name for port in two.outputs] == ["largest", "scaled"]
    assert computed(two, PICTURE, one) == [SUMS.max(1).tolist(), PICTURE.tolist()]


def test_bytes_in_another_layout_of_any_size_are_taken() -> None:
    model = made(
        inputs={
            "image": {
                "element_type": "u8",
                "tensor_layout": "NHWC",
                "layout": "NCHW",
                "resize": "linear",
                "mean": [1, 2, 3],
            },
            "factor": {"value": [1]},
        }
    )
    picture = np.full((1, 9, 7, 3), 10, np.uint8)

    assert (model.input().element_type, str(model.input().partial_shape)) == (ov.Type.u8, "[1,?,?,3]")
    assert computed(model, picture)[0] == [[16.0 * 9, 16.0 * 8, 16.0 * 7]]


def test_the_batch_is_set_where_a_layout_has_one() -> None:
    model = made(inputs={"image": {"layout": "NCHW"}}, batch=5)

    assert [str(port.partial_shape) for port in model.inputs] == ["[5,3,4,4]", "[1]"]


@pytest.mark.parametrize(
    ("asked", "kind", "field"),
    [
        ({"inputs": {"factor": {"value": [1, 2]}}}, BadValue, "inputs.factor.value"),
        ({"inputs": {"factor": {"value": [1]}, "image": {"value": [0]}}}, BadValue, "inputs.factor.value"),
        ({"outputs": ["nowhere"]}, UnknownOutput, "outputs"),
        ({"batch": 2, "inputs": {"image": {"shape": [3, 3, 4, 4], "layout": "NCHW"}}}, BadBatch, "batch"),
        ({"inputs": {"factor": {"resize": "linear"}}}, BadLayout, "inputs.factor.layout"),
        ({"inputs": {"image": {"tensor_layout": "NHWX", "layout": "NCHW"}}}, BadLayout, "inputs.image.tensor_layout"),
        ({"batch": 2, "inputs": {"image": {"shape": [3, 3, 4, 4]}}}, BadBatch, "batch"),
        (
            {"inputs": {"image": {"resize": "cubic", "shape": [1, 3, -1, -1], "layout": "NCHW"}}},
            BadPreprocessing,
            "inputs.image.resize",
        ),
    ],
)
def test_what_cannot_be_had_is_refused_by_its_field(asked: Any, kind: type[Refusal], field: str) -> None:
    with pytest.raises(kind) as refused:
        made(**asked)

    assert refused.value.facts["field"] == field
    assert str(refused.value).startswith(f"{field}: ")


def test_whole_numbers_are_frozen_exactly_or_not_at_all() -> None:
    index = op.parameter([2], ov.Type.i64, name="index")
    image = op.parameter([1, 3], ov.Type.f32, name="image")
    for node in (index, image):
        node.output(0).set_names({node.get_friendly_name()})
    picked = op.gather(image, index, op.constant(1))
    model = ov.Model([picked], [image, index], "net")

    with pytest.raises(BadValue, match="are no values of i64"):
        made(model.clone(), inputs={"index": {"value": [0.5]}})
    frozen = made(model.clone(), inputs={"index": {"value": [2, 0]}})

    assert computed(frozen, np.array([[7, 8, 9]], np.float32)) == [[[9.0, 7.0]]]


def test_the_core_compares_before_it_cuts_and_says_what_it_was_asked(
    squeezenet: Path, converted: Callable[..., Any], infer: Infer
) -> None:
    facts, outputs = converted(squeezenet, data_0={"element_type": "u8", "tensor_layout": "NHWC"})

    assert facts["inputs"][0]["element_type"] == "u8"
    assert facts["inputs"][0]["shape"] == [1, 224, 224, 3]
    assert facts["conversion"]["checked"]["verdict"] == "alike"
    assert facts["conversion"]["inputs"]["data_0"]["tensor_layout"] == "NHWC"
    assert infer(outputs / "model.xml", np.zeros((1, 224, 224, 3), np.uint8)).shape[:2] == (1, 1000)
