"""The one spelling of shapes and layouts."""

from __future__ import annotations

from pathlib import Path

import openvino as ov
import pytest
from openvino import opset13 as op
from workbench.ir import partial_shape, read, save, shape_json, tensor_json, tensor_name


@pytest.mark.parametrize(
    ("shape", "written"),
    [
        ("1,3,224,224", [1, 3, 224, 224]),
        ("?,3,?,?", [-1, 3, -1, -1]),
        ("1..8,3,2..4,2", [[1, 8], 3, [2, 4], 2]),
        ("4..,3", [[4, -1], 3]),
        ("..4,3", [[0, 4], 3]),
        ("", []),
    ],
)
def test_a_shape_survives_the_way_to_json_and_back(shape: str, written: list[int | list[int]]) -> None:
    assert shape_json(ov.PartialShape(shape)) == written
    assert partial_shape(written) == ov.PartialShape(shape)


def test_a_shape_of_unknown_rank_is_null() -> None:
    assert shape_json(ov.PartialShape.dynamic()) is None


@pytest.mark.parametrize(
    ("shape", "guess"),
    [
        ([1, 3, 224, 224], "NCHW"),
        ([-1, 1, -1, -1], "NCHW"),
        ([1, 4, 8, 8], "NCHW"),
        ([1, 224, 224, 3], "NHWC"),
        ([-1, -1, -1, 1], "NHWC"),
        ([1, 3, 8, 3], None),  # either
        ([1, 64, 56, 56], None),  # neither
        ([-1, 3, [160, 320], [160, 320]], "NCHW"),
        ([-1, [1, 4], 8, 3], "NHWC"),
        ([1, 3, 224], None),
        ([1, 1000], None),
        ([], None),
    ],
)
def test_layout_is_guessed_only_where_the_shape_leaves_no_doubt(shape: list[int], guess: str | None) -> None:
    tensor = tensor_json(op.parameter(partial_shape(shape), ov.Type.f32, name="x").output(0), is_input=True)

    assert tensor["layout"] == guess
    assert tensor["layout_source"] == ("guess" if guess else None)


def test_a_guess_is_never_made_for_an_unknown_rank() -> None:
    port = op.parameter(ov.PartialShape.dynamic(), ov.Type.f32, name="x").output(0)

    assert tensor_json(port, is_input=True)["shape"] is None
    assert tensor_json(port, is_input=True)["layout"] is None


def test_a_layout_the_model_carries_is_told_from_a_guess_and_survives_saving(
    convolution: ov.Model, tmp_path: Path
) -> None:
    convolution.inputs[0].get_node().set_layout(ov.Layout("NCHW"))
    save(convolution, tmp_path, fp16=False)

    tensor = tensor_json(read(tmp_path / "model.xml").inputs[0], is_input=True)

    assert (tensor["layout"], tensor["layout_source"]) == ("NCHW", "model")


@pytest.mark.parametrize(("layout", "written"), [("NHWC", "NHWC"), ("N...", "[N,...]"), ("?C??", "?C??")])
def test_unusual_layouts_keep_their_meaning(layout: str, written: str) -> None:
    node = op.parameter([1, 2, 2, 3], ov.Type.f32, name="x")
    node.set_layout(ov.Layout(layout))

    assert tensor_json(node.output(0), is_input=True)["layout"] == written
    assert ov.Layout(written) == ov.Layout(layout)


def test_a_tensor_with_several_names_is_always_called_by_the_same_one() -> None:
    node = op.parameter([1], ov.Type.f32, name="operation")
    node.output(0).set_names({"zebra", "data", "data:0"})

    assert tensor_name(node.output(0)) == "data"


def test_a_tensor_without_a_name_is_called_by_its_operation() -> None:
    assert tensor_name(op.parameter([1], ov.Type.f32, name="operation").output(0)) == "operation"
