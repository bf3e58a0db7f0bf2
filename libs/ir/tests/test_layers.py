"""A model's layers as lines: whatever is asked of a graph later has to be in them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openvino as ov
from openvino import opset13 as op
from workbench.ir import layers


def test_a_layer_has_its_place_its_wires_its_arithmetic_and_the_constants_it_takes(convolution: ov.Model) -> None:
    data, conv, result = layers.layers(convolution)

    assert [each["place"] for each in (data, conv, result)] == [0, 1, 2]
    assert (data["name"], conv["type"], result["type"]) == ("data", "Convolution", "Result")
    wire, kernel = conv["inputs"]
    assert wire == {"from": 0, "port": 0, "shape": [1, 3, 8, 8], "element_type": "f32"}
    assert kernel["from"] is None
    assert kernel["shape"] == [4, 3, 3, 3]
    assert conv["outputs"] == [{"shape": [1, 4, 8, 8], "element_type": "f32"}]
    assert (conv["gops"], conv["parameters"], conv["integers"]) == (2 * 6912 / 1e9, 108, False)
    assert conv["attributes"]["strides"] == "[1, 1]"


def test_weights_stored_in_half_precision_are_told_as_they_are_stored() -> None:
    data = op.parameter([1, 4], ov.Type.f32)
    wide = op.convert(op.constant(np.ones((1, 4), np.float16)), "f32")

    _, add, _ = layers.layers(ov.Model([op.add(data, wide)], [data], "half"))

    assert add["inputs"][1]["element_type"] == "f16"
    assert add["parameters"] == 4


def test_what_is_inside_a_branch_is_a_layer_too() -> None:
    condition, data = op.parameter([], ov.Type.boolean), op.parameter([4], ov.Type.f32)
    inner = op.parameter([4], ov.Type.f32)
    body = ov.Model([op.exp(inner)], [inner], "then")
    other = op.parameter([4], ov.Type.f32)
    choice = op.if_op(condition.output(0))
    choice.set_then_body(body)
    choice.set_else_body(ov.Model([op.relu(other)], [other], "else"))
    choice.set_input(data.output(0), inner, other)
    model = ov.Model([choice.set_output(body.results[0], choice.get_else_body().results[0])], [condition, data], "if")

    assert {"If", "Exp", "Relu"} <= {each["type"] for each in layers.layers(model)}


def test_lines_are_one_a_layer_whatever_the_names_hold(tmp_path: Path) -> None:
    data = op.parameter([1], ov.Type.f32)
    odd = op.relu(data)
    odd.set_friendly_name("a\nb\u2028c" + "x" * 5000)

    count = layers.write(tmp_path / "layers", layers.layers(ov.Model([odd], [data], "odd")))

    lines = (tmp_path / "layers").read_bytes().splitlines()
    assert count == len(lines) == 3
    assert json.loads(lines[1])["name"].startswith("a\nb\u2028cxxx")
    assert len(lines[1]) < 2000
