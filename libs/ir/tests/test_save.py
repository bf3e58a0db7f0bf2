"""A saved model is the same model, and always the same bytes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openvino as ov
import pytest
from workbench.ir import file_digest, read, save


def digest(folder: Path) -> str:
    return file_digest([folder / "model.xml", folder / "model.bin"])


@pytest.mark.parametrize("fp16", [False, True])
@pytest.mark.parametrize("file", ["squeezenet1.1/squeezenet1.1.onnx", "tiny_inpaint/tiny_inpaint.onnx"])
def test_saving_twice_in_one_process_makes_the_same_bytes(models: Path, tmp_path: Path, file: str, fp16: bool) -> None:
    assert saved(models / file, tmp_path / "a", fp16) == saved(models / file, tmp_path / "b", fp16)


def test_a_detector_of_an_exporter_saved_twice_is_the_same_bytes(published: Path, tmp_path: Path) -> None:
    picodet = published / "picodet_s_320" / "picodet_s_320_coco.onnx"

    for fp16 in (False, True):
        assert saved(picodet, tmp_path / f"a{fp16}", fp16) == saved(picodet, tmp_path / f"b{fp16}", fp16)


def saved(file: Path, folder: Path, fp16: bool) -> str:
    folder.mkdir()
    save(read(file), folder, fp16=fp16)
    return digest(folder)


def test_the_files_are_called_model_and_nothing_else_is_left(convolution: ov.Model, tmp_path: Path) -> None:
    save(convolution, tmp_path, fp16=True)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.bin", "model.xml"]


def test_fp16_halves_the_weights_and_keeps_the_answer(network: Path, tmp_path: Path) -> None:
    model = read(network / "squeezenet1.1.onnx")
    image = np.random.default_rng(0).uniform(-100, 100, (1, 3, 224, 224)).astype(np.float32)
    expected = run(model, image)
    save(model, tmp_path, fp16=True)

    answer = run(read(tmp_path / "model.xml"), image)

    assert (tmp_path / "model.bin").stat().st_size == pytest.approx(1_235_496 * 2, rel=0.01)
    assert np.abs(answer - expected).max() < 2e-3


def test_fp32_keeps_every_bit_of_the_weights(convolution: ov.Model, tmp_path: Path) -> None:
    image = np.random.default_rng(0).normal(size=(1, 3, 8, 8)).astype(np.float32)
    expected = run(convolution, image)
    save(convolution, tmp_path, fp16=False)

    np.testing.assert_array_equal(run(read(tmp_path / "model.xml"), image), expected)


def test_a_name_the_author_gave_is_never_changed_or_doubled(tmp_path: Path) -> None:
    data = ov.opset13.parameter([1, 4], ov.Type.f32, name="Relu_1")
    model = ov.Model([ov.opset13.abs(ov.opset13.relu(data))], [data], "names")
    save(model, tmp_path, fp16=False)

    names = [operation.get_friendly_name() for operation in read(tmp_path / "model.xml").get_ordered_ops()]

    assert names[0] == "Relu_1"
    assert len(set(names)) == len(names)


def test_no_path_of_this_machine_is_written(models: Path, tmp_path: Path) -> None:
    save(read(models / "fns_candy" / "candy.onnx"), tmp_path, fp16=True)

    text = (tmp_path / "model.xml").read_text()
    assert str(models) not in text
    assert str(tmp_path) not in text


def test_a_digest_is_of_bytes_not_of_names(tmp_path: Path) -> None:
    for name, content in {"a": b"1", "b": b"1", "c": b"2"}.items():
        (tmp_path / name).write_bytes(content)
    a, b, c = (tmp_path / name for name in "abc")

    assert file_digest([a]) == file_digest([b]) != file_digest([c])
    assert file_digest([a, c]) != file_digest([c, a])


def run(model: ov.Model, data: np.ndarray) -> np.ndarray:
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.array(compiled(data)[0])
