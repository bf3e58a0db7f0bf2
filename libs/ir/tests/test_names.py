"""Operations have the same names in every process, and the author's own stay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op
from openvino.preprocess import PrePostProcessor
from workbench.ir import file_digest, identities, read, save, settle_names
from workbench.ir.operations import operations


def test_a_model_read_twice_has_the_same_names(models: Path) -> None:
    path = models / "tiny_inpaint" / "tiny_inpaint.onnx"

    first, second = read(path), read(path)

    assert called(first) == called(second)


def test_the_nameless_are_called_by_their_place_and_never_twice() -> None:
    model = two_relus("Relu.1")

    settle_names(model)

    assert called(model) == ["Relu.1", "Relu.1_", "Relu.2", "Result.3"]


def test_the_authors_names_stay(network: Path) -> None:
    model = read(network / "squeezenet1.1.onnx")

    assert {"data_0", "conv1_1", "conv1_2", "pool5_1", "fire5/concat_1"} <= set(called(model))


def test_names_inside_branches_settle_too() -> None:
    texts = []
    for _ in range(2):
        model = branching()
        settle_names(model)
        texts.append(called(model))

    assert texts[0] == texts[1]


@pytest.mark.parametrize("fp16", [False, True])
def test_what_preprocessing_adds_is_named_by_place_as_well(network: Path, tmp_path: Path, fp16: bool) -> None:
    digests = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        model = read(network / "squeezenet1.1.onnx")
        before = identities(model)
        processor = PrePostProcessor(model)
        processor.input(0).tensor().set_layout(ov.Layout("NCHW"))
        processor.input(0).preprocess().reverse_channels().mean([1.0, 2.0, 3.0])
        model = processor.build()
        settle_names(model, before)
        save(model, folder, fp16=fp16)
        digests.append(file_digest([folder / "model.xml", folder / "model.bin"]))

    assert digests[0] == digests[1]


def test_a_counted_name_that_an_author_gave_is_kept_and_an_inherited_one_is_not() -> None:
    model = two_relus("Parameter_7")
    before = identities(model)
    relu = model.get_results()[0].input_value(0).get_node()
    added = op.abs(relu)
    added.set_friendly_name("Abs_4711")
    model.get_results()[0].input(0).replace_source_output(added.output(0))

    settle_names(model, before)

    assert called(model) == ["Parameter_7", "Relu.1", "Relu.2", "Abs.3", "Result.4"]


def called(model: ov.Model) -> list[str]:
    return [node.get_friendly_name() for node in operations(model)]


def two_relus(data_name: str) -> ov.Model:
    data = op.parameter([1, 4], ov.Type.f32, name=data_name)
    return ov.Model([op.relu(op.relu(data))], [data], "two")


def branching() -> ov.Model:
    data = op.parameter([1, 4], ov.Type.f32, name="data")
    flag = op.parameter([], ov.Type.boolean, name="flag")
    branch = op.if_op(flag)
    inners, results = [], []
    for factor in (1, 2):
        inners.append(op.parameter([1, 4], ov.Type.f32))
        results.append(op.result(op.multiply(inners[-1], op.constant(np.full(4, factor, np.float32)))))
    branch.set_then_body(ov.Model([results[0]], [inners[0]], "then"))
    branch.set_else_body(ov.Model([results[1]], [inners[1]], "else"))
    branch.set_input(data.output(0), inners[0], inners[1])
    return ov.Model([branch.set_output(results[0], results[1])], [data, flag], "branching")
