"""Declared shapes that no machine holds are refused with the numbers, and before they are allocated."""

from __future__ import annotations

from pathlib import Path

import openvino as ov
import pytest
from openvino import opset13 as op
from workbench.ir import TooLarge, read, refuse_too_large


def relu(shape: list[int] | str, element_type: ov.Type = ov.Type.f32) -> ov.Model:
    data = op.parameter(ov.PartialShape(shape), element_type, name="frames")
    return ov.Model([op.relu(data)], [data], "relu")


def test_an_input_of_terabytes_is_refused_with_its_numbers() -> None:
    with pytest.raises(TooLarge) as refused:
        refuse_too_large(relu([1, 3, 1_000_000, 1_000_000]), "model.onnx")

    assert str(refused.value).startswith(
        "model.onnx: input 'frames' has the shape [1, 3, 1000000, 1000000] of f32, 11,175.9 GiB; at most 8 GiB"
    )
    assert refused.value.facts["size_bytes"] == 12 * 10**12


def test_a_result_of_terabytes_is_refused_though_its_inputs_are_small() -> None:
    column, row = (op.parameter(shape, ov.Type.f32) for shape in ([1_000_000, 1], [1, 1_000_000]))
    grid = op.add(column, row)
    grid.set_friendly_name("grid")

    with pytest.raises(TooLarge, match=r"the result of Add 'grid' has the shape \[1000000, 1000000\]"):
        refuse_too_large(ov.Model([grid], [column, row], "outer"), "model.xml")


def test_a_dynamic_dimension_counts_as_its_lower_bound() -> None:
    refuse_too_large(relu("?,3,?,?"), "model.onnx")
    refuse_too_large(relu("1..1000000,3,1000,1000"), "model.onnx")

    with pytest.raises(TooLarge, match="1000000, -1"):
        refuse_too_large(relu("?,3,1000000..,1000000.."), "model.onnx")


def test_the_limit_is_bytes_not_elements() -> None:
    refuse_too_large(relu([2**33], ov.Type.i8), "model.onnx")

    with pytest.raises(TooLarge):
        refuse_too_large(relu([2**33], ov.Type.f16), "model.onnx")


@pytest.mark.parametrize(
    "file", ["squeezenet1.1/squeezenet1.1.onnx", "fns_candy/candy.onnx", "tiny_inpaint/tiny_inpaint.onnx"]
)
def test_real_networks_pass(models: Path, file: str) -> None:
    refuse_too_large(read(models / file), file)
