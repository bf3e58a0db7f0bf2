"""Multiply–accumulates against counts made by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op
from workbench.ir import describe, read
from workbench.ir.arithmetic import gmacs
from workbench.ir.operations import op_count, operations


def ones(*shape: int) -> ov.Node:
    return op.constant(np.ones(shape, np.float32))


@pytest.mark.parametrize(
    ("shape", "layer", "macs"),
    [
        # output 1x4x8x8, each from 3 channels of 3x3
        ([1, 3, 8, 8], lambda x: op.convolution(x, ones(4, 3, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1]), 4 * 8 * 8 * 27),
        # a batch of two is twice the work
        (
            [2, 3, 8, 8],
            lambda x: op.convolution(x, ones(4, 3, 3, 3), [2, 2], [1, 1], [1, 1], [1, 1]),
            2 * 4 * 4 * 4 * 27,
        ),
        # depthwise: each of 6 channels only sees itself
        (
            [1, 6, 8, 8],
            lambda x: op.group_convolution(x, ones(6, 1, 1, 3, 3), [1, 1], [1, 1], [1, 1], [1, 1]),
            6 * 8 * 8 * 9,
        ),
        # two groups of 2 → 4 channels
        (
            [1, 4, 8, 8],
            lambda x: op.group_convolution(x, ones(2, 4, 2, 1, 1), [1, 1], [0, 0], [0, 0], [1, 1]),
            8 * 8 * 8 * 2,
        ),
        # transposed: every input value meets the whole kernel of its channel
        ([1, 3, 8, 8], lambda x: op.convolution_backprop_data(x, ones(3, 5, 2, 2), [2, 2]), 3 * 64 * 5 * 4),
        ([1, 4, 8, 8], lambda x: op.group_convolution_backprop_data(x, ones(2, 2, 3, 2, 2), [2, 2]), 4 * 64 * 3 * 4),
        ([5, 7], lambda x: op.matmul(x, ones(7, 11), False, False), 5 * 7 * 11),
        ([7, 5], lambda x: op.matmul(x, ones(7, 11), True, False), 5 * 7 * 11),
        ([2, 3, 5, 7], lambda x: op.matmul(x, ones(11, 7), False, True), 6 * 5 * 7 * 11),
        ([7], lambda x: op.matmul(x, ones(7, 11), False, False), 7 * 11),
        ([4, 4], op.relu, 0),
    ],
)
def test_each_layer_counts_its_multiplications(
    shape: list[int], layer: Callable[[ov.Node], ov.Node], macs: int
) -> None:
    data = op.parameter(shape, ov.Type.f32, name="data")
    model = ov.Model([layer(data)], [data], "layer")

    assert gmacs(operations(model)) == (macs / 1e9, None)


@pytest.mark.parametrize("file", ["fns_candy/candy.onnx", "tiny_inpaint/tiny_inpaint.onnx"])
def test_dynamic_shapes_give_no_figure_but_the_reason(models: Path, file: str) -> None:
    facts = describe(read(models / file), models / file)

    assert facts["gmacs"] is None
    assert "known only at run time" in facts["gmacs_reason"]


def test_fixing_the_batch_of_a_dynamic_network_gives_the_figure_of_that_batch(published: Path) -> None:
    model = read(published / "fns_candy" / "candy.onnx")
    counts = []
    for batch in (1, 2):
        model.reshape([batch, 3, 720, 720])
        counts.append(gmacs(operations(model)))

    assert counts[0] == (pytest.approx(20.353, abs=0.001), None)
    assert counts[1] == (pytest.approx(2 * 20.353, abs=0.002), None)


def test_a_branch_is_not_counted_but_its_weights_and_operations_are() -> None:
    model = branching(np.float32)

    count, reason = gmacs(operations(model))

    assert count is None
    assert reason == "If 'choose' cannot be counted before it runs"
    assert op_count(operations(model)) == 3  # the If, and one operation in either branch


def test_the_weights_inside_branches_count_as_parameters(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").touch()

    facts = describe(branching(np.float32), tmp_path / "model.onnx")

    assert facts["parameters"] == 2 * 16


def branching(dtype: type) -> ov.Model:
    data = op.parameter([1, 4], ov.Type.f32, name="data")
    flag = op.parameter([], ov.Type.boolean, name="flag")
    branch = op.if_op(flag)
    bodies = []
    for factor in (1, 2):
        inner = op.parameter([1, 4], ov.Type.f32)
        result = op.result(op.matmul(inner, op.constant(np.full((4, 4), factor, dtype)), False, False))
        bodies.append((ov.Model([result], [inner], f"body{factor}"), inner, result))
    branch.set_then_body(bodies[0][0])
    branch.set_else_body(bodies[1][0])
    branch.set_input(data.output(0), bodies[0][1], bodies[1][1])
    output = branch.set_output(bodies[0][2], bodies[1][2])
    branch.set_friendly_name("choose")
    return ov.Model([output], [data, flag], "branching")
