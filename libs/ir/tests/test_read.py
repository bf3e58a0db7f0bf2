"""What cannot be read is refused in one line that names the file and nothing of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper
from workbench.ir import BrokenModel, Unreadable, UnsupportedOperations, one_line, read


@pytest.mark.parametrize("file", ["truncated.onnx", "lfs_pointer.onnx", "old_opset_super_resolution.onnx"])
def test_a_bad_model_is_refused_by_name_in_one_line(models: Path, file: str) -> None:
    refused_by_name(models / "negative" / file)


def test_bad_models_of_other_tools_are_refused_by_name_in_one_line(published: Path) -> None:
    for file in ("wrong_extension.onnx", "opencv_face_detector_uint8.pb"):
        refused_by_name(published / "negative" / file)


def refused_by_name(path: Path) -> None:
    with pytest.raises((Unreadable, BrokenModel)) as refused:
        read(path)

    assert refused.value.facts["file"] == path.name
    assert str(refused.value).startswith(f"{path.name}: ")
    assert "\n" not in str(refused.value)
    assert "src/" not in str(refused.value)
    assert str(path.parent) not in str(refused.value)


def test_operations_without_a_conversion_are_named(models: Path) -> None:
    expect_unsupported(
        models / "negative" / "old_opset_super_resolution.onnx", ["Add-1", "Conv-1", "Reshape-1", "Transpose-1"]
    )


def test_operations_of_tensorflow_without_a_conversion_are_named(published: Path) -> None:
    expect_unsupported(
        published / "negative" / "opencv_face_detector_uint8.pb", ["Const of unknown type", "Dequantize"]
    )


def expect_unsupported(path: Path, operations: list[str]) -> None:
    with pytest.raises(UnsupportedOperations) as refused:
        read(path)

    assert refused.value.facts["operations"] == operations
    assert all(operation in str(refused.value) for operation in operations)


def of_one_node(node: onnx.NodeProto, opset: int, **constants: list[float]) -> bytes:
    tensors = [
        helper.make_tensor(name, TensorProto.BOOL if name == "training" else TensorProto.FLOAT, [], values)
        for name, values in constants.items()
    ]
    ends = [[helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4])] for name in "xy"]
    graph = helper.make_graph([node], "g", *ends, tensors)
    opsets = [helper.make_opsetid("", opset)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            of_one_node(
                helper.make_node("Dropout", ["x", "ratio", "training"], ["y"]), 13, ratio=[0.5], training=[True]
            ),
            "Dropout is in training mode there",
        ),
        (of_one_node(helper.make_node("Dropout", ["x"], ["y"], is_test=0), 6), "Dropout is in training mode there"),
        (
            of_one_node(helper.make_node("Swoosh", ["x"], ["y"], domain="mine"), 13),
            "They are of no opset of ONNX itself: export the model without these.",
        ),
        (of_one_node(helper.make_node("Swoosh", ["x"], ["y"]), 13), "with operations of a newer opset"),
    ],
)
def test_a_newer_opset_is_advised_only_where_it_may_help(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "net.onnx").write_bytes(content)

    with pytest.raises(UnsupportedOperations) as refused:
        read(tmp_path / "net.onnx")

    assert said in str(refused.value)
    assert ("newer opset" in str(refused.value)) == ("newer opset" in said)


@pytest.mark.parametrize(
    ("was", "becomes", "operation"),
    [
        ('type="ReLU"', 'type="Swoosh"', "Swoosh"),
        ('type="ReLU" version="opset1"', 'type="ReLU" version="extension"', "ReLU"),
    ],
)
def test_an_ir_with_an_operation_nobody_knows_names_it(
    network: Path, tmp_path: Path, was: str, becomes: str, operation: str
) -> None:
    folder = network / "ir_fp32"
    text = (folder / "squeezenet1.1.xml").read_text()
    (tmp_path / "model.xml").write_text(text.replace(was, becomes, 1))
    (tmp_path / "model.bin").write_bytes((folder / "squeezenet1.1.bin").read_bytes())

    with pytest.raises(UnsupportedOperations) as refused:
        read(tmp_path / "model.xml")

    assert refused.value.facts["operations"] == [operation]


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nowhere\.onnx: there is no such file"):
        read(tmp_path / "nowhere.onnx")


def test_an_ir_without_its_weights_is_refused(network: Path, tmp_path: Path) -> None:
    shutil.copy(network / "ir_fp32" / "squeezenet1.1.xml", tmp_path / "model.xml")

    with pytest.raises(Unreadable, match="Empty weights data"):
        read(tmp_path / "model.xml")


def test_an_ir_with_short_weights_is_refused(network: Path, tmp_path: Path) -> None:
    folder = network / "ir_fp32"
    shutil.copy(folder / "squeezenet1.1.xml", tmp_path / "model.xml")
    (tmp_path / "model.bin").write_bytes((folder / "squeezenet1.1.bin").read_bytes()[:-1])

    with pytest.raises(Unreadable, match=r"model\.xml: OpenVINO cannot read it: .*weights"):
        read(tmp_path / "model.xml")


def test_the_last_words_of_an_error_without_any_message_are_kept() -> None:
    assert one_line("Exception from src/core.cpp:84:\nCheck 'x' failed at src/y.cpp:1:\nNo weights\n\n") == "No weights"
    assert one_line("Check 'only this' failed") == "Check 'only this' failed"
    assert len(one_line("x" * 5000)) < 1000
