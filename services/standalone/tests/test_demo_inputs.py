"""The demo's inputs: honest, heavy enough, the same every time, readable by the tools they are meant for."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import openvino as ov
import pytest
from PIL import Image
from workbench.imaging.preparation import Preparation
from workbench.imaging.preprocess import preprocess
from workbench.standalone.demo import digits, export, network


@pytest.fixture(scope="module")
def made(whole: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made")
    command = [sys.executable, "-m", "workbench.standalone.demo", "--make", str(folder)]
    subprocess.run(command, check=True, timeout=120)
    return folder


@pytest.fixture(scope="module")
def split() -> tuple[digits.Digits, digits.Digits]:
    return digits.load()


@pytest.fixture(scope="module")
def trained(whole: None, split: tuple[digits.Digits, digits.Digits]) -> network.Network:
    return network.train(split[0])


def accuracy(model: Path, folder: Path, resize: str) -> float:
    preparation = Preparation.from_json(
        {
            "resize": resize,
            "input": {"name": "image", "width": 64, "height": 64, "channels": 3, "layout": "NCHW"},
        }
    )
    compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    files = sorted(folder.rglob("*.png"))
    right = [
        int(np.argmax(compiled(preprocess(file.read_bytes(), preparation))[0])) == int(file.parent.name)
        for file in files
    ]
    return sum(right) / len(right)


def test_the_dataset_is_one_folder_per_digit_and_holds_what_the_network_never_saw(made: Path) -> None:
    files = list((made / "digits").rglob("*.png"))

    assert sorted(path.name for path in (made / "digits").iterdir()) == list("0123456789")
    assert len(files) == 1797 - digits.TRAINING
    with Image.open(files[0]) as image:
        assert (image.size, image.mode) == ((64, 64), "RGB")


def test_no_image_is_both_learnt_from_and_held_out(split: tuple[digits.Digits, digits.Digits]) -> None:
    learnt, held_out = ({pixels.tobytes() for pixels in part.pixels} for part in split)

    assert not learnt & held_out


@pytest.mark.parametrize("resize", ["stretch", "crop"])
def test_openvino_recognises_95_percent_whichever_way_the_recipe_resizes(made: Path, resize: str) -> None:
    assert accuracy(made / "model.onnx", made / "digits", resize) >= 0.95


def test_the_model_is_valid_onnx_with_one_image_input_and_ten_classes(made: Path) -> None:
    model = onnx.load(made / "model.onnx")
    onnx.checker.check_model(model, full_check=True)
    ir = ov.Core().read_model(made / "model.onnx")

    assert model.opset_import[0].version >= 13
    assert ir.input("image").shape == ov.Shape([1, 3, 64, 64])
    assert ir.output("probabilities").shape == ov.Shape([1, 10])


def test_the_model_is_heavy_enough_for_its_speed_to_be_measured(made: Path) -> None:
    convolutions = [
        op for op in ov.Core().read_model(made / "model.onnx").get_ordered_ops() if op.get_type_name() == "Convolution"
    ]
    macs = sum(int(np.prod(op.get_output_shape(0))) * int(np.prod(op.input(1).get_shape()[1:])) for op in convolutions)

    assert 150e6 <= macs <= 250e6


def test_openvino_and_the_numpy_network_agree(
    made: Path, trained: network.Network, split: tuple[digits.Digits, digits.Digits]
) -> None:
    pixels = split[1].pixels[:5]
    scores = trained.scores(pixels).astype(np.float64)
    expected = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)

    compiled = ov.Core().compile_model(made / "model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    seen = [compiled(image.transpose(2, 0, 1)[None].astype(np.float32))[0][0] for image in pixels]

    np.testing.assert_allclose(seen, expected, atol=1e-4)


def test_the_same_inputs_are_made_every_time(made: Path, trained: network.Network) -> None:
    again = hashlib.sha256(export.to_onnx(trained)).hexdigest()

    assert again == hashlib.sha256((made / "model.onnx").read_bytes()).hexdigest()


def test_writing_the_images_again_leaves_none_of_before(
    tmp_path: Path, split: tuple[digits.Digits, digits.Digits]
) -> None:
    stray = tmp_path / "digits" / "3" / "stray.png"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"")
    few = digits.Digits(split[1].pixels[:5], split[1].labels[:5])

    digits.write_folders(few, tmp_path / "digits")

    assert not stray.exists()
    assert len(list((tmp_path / "digits").rglob("*.png"))) == 5
