"""What cannot be read is refused in one line that names the file and nothing of this machine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from workbench.ir import BrokenModel, Unreadable, UnsupportedOperations, one_line, read


@pytest.mark.parametrize("file", [
    "truncated.onnx", "lfs_pointer.onnx", "wrong_extension.onnx", "old_opset_super_resolution.onnx",
    "opencv_face_detector_uint8.pb",
])
def test_a_bad_model_is_refused_by_name_in_one_line(models: Path, file: str) -> None:
    with pytest.raises((Unreadable, BrokenModel)) as refused:
        read(models / "negative" / file)

    assert refused.value.facts["file"] == file
    assert str(refused.value).startswith(f"{file}: ")
    assert "\n" not in str(refused.value)
    assert "src/" not in str(refused.value)
    assert str(models) not in str(refused.value)


@pytest.mark.parametrize(("file", "operations"), [
    ("opencv_face_detector_uint8.pb", ["Const of unknown type", "Dequantize"]),
    ("old_opset_super_resolution.onnx", ["Add-1", "Conv-1", "Reshape-1", "Transpose-1"]),
])
def test_operations_without_a_conversion_are_named(models: Path, file: str, operations: list[str]) -> None:
    with pytest.raises(UnsupportedOperations) as refused:
        read(models / "negative" / file)

    assert refused.value.facts["operations"] == operations
    assert all(operation in str(refused.value) for operation in operations)


@pytest.mark.parametrize(("was", "becomes", "operation"), [
    ('type="ReLU"', 'type="Swoosh"', "Swoosh"),
    ('type="ReLU" version="opset1"', 'type="ReLU" version="extension"', "ReLU"),
])
def test_an_ir_with_an_operation_nobody_knows_names_it(
        network: Path, tmp_path: Path, was: str, becomes: str, operation: str) -> None:
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
    assert one_line("Exception from src/core.cpp:84:\nCheck 'x' failed at src/y.cpp:1:\nNo weights\n\n") \
        == "No weights"
    assert one_line("Check 'only this' failed") == "Check 'only this' failed"
    assert len(one_line("x" * 5000)) < 1000
