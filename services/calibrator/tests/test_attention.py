"""A transformer is found by its attention and calibrated as one, which keeps its accuracy."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset8 as ops
from PIL import Image
from workbench.calibrator.attention import is_transformer

CALIBRATED = 200
RECIPE = {
    "version": 2,
    "task": "classification",
    "preparation": {
        "input": {"name": "image", "width": 32, "height": 32, "channels": 1, "layout": "NCHW"},
        "resize": "stretch",
        "color": "GRAY",
        "scale": [255],
    },
}

Core = Callable[..., Any]


@pytest.fixture(scope="module")
def vit(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vit")
    model = ov.convert_model(shared / "models" / "tiny_vit_digits" / "tiny_vit_digits.onnx")
    ov.save_model(model, folder / "model.xml", compress_to_fp16=False)
    return folder


@pytest.fixture(scope="module")
def digits(shared: Path, make_dataset: Core) -> tuple[Path, Path]:
    """Some to calibrate with, and others to score."""
    found = np.load(shared / "models" / "tiny_vit_digits" / "digits_test.npz")
    pictures, labels = (found[name] for name in found.files)
    images = [
        (f"{number}.png", _png(picture), int(label))
        for number, (picture, label) in enumerate(zip(pictures, labels, strict=True))
    ]
    parts = images[:CALIBRATED], images[CALIBRATED:]
    return make_dataset(parts[0], split="calibration"), make_dataset(parts[1], split="evaluation")


def _png(picture: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.squeeze(picture)).save(file, "PNG")
    return file.getvalue()


def test_a_vision_transformer_keeps_its_accuracy_in_int8(run_core: Core, vit: Path, digits: tuple[Path, Path]) -> None:
    seen, unseen = digits
    calibrated = run_core("quantize", {"recipe": RECIPE}, model=vit, dataset=seen)
    int8 = calibrated.folder / "outputs"

    scores = [
        run_core("evaluate", {"recipe": RECIPE}, model=model, dataset=unseen).result["metrics"][0]["value"]
        for model in (vit, int8)
    ]

    assert calibrated.result["calibration"]["transformer"] is True
    assert calibrated.result["precision"] == "INT8"
    assert scores[0] == pytest.approx(0.97, abs=0.02)
    assert scores[1] == pytest.approx(scores[0], abs=0.02)
    assert calibrated.result["calibration"]["distance"] < 0.02  # 0.036 without that mode


def test_attention_without_normalised_layers_or_over_constants_makes_no_transformer() -> None:
    assert is_transformer(_attending(normalised=True, values="computed"))
    assert not is_transformer(_attending(normalised=False, values="computed"))
    assert not is_transformer(_attending(normalised=True, values="constant"))


def _attending(*, normalised: bool, values: str) -> ov.Model:
    """Queries, keys and values are the input itself, or the values are constants, as of a distribution over places."""
    image = ops.parameter([1, 4, 8], name="in0")
    start = ops.mvn(image, ops.constant([2]), True, 1e-6, "inside_sqrt") if normalised else ops.relu(image)
    weights = ops.softmax(ops.matmul(start, start, False, True), 2)
    moved = ops.reshape(weights, ops.constant([1, 4, 4]), False)
    product = ops.matmul(
        moved, start if values == "computed" else ops.constant(np.ones((1, 4, 8), np.float32)), False, False
    )
    return ov.Model([product], [image])
