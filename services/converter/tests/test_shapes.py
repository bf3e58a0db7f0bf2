"""New shapes: what the model does with them, and what may be asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

Converted = Callable[..., tuple[dict[str, Any], Path]]
Infer = Callable[..., np.ndarray]


@pytest.mark.parametrize(
    ("shape", "output"),
    [
        ([4, 3, 224, 224], [4, 1000, 1, 1]),
        ([1, 3, 320, 256], [1, 1000, 1, 1]),
        ([-1, 3, 224, 224], [-1, 1000, 1, 1]),
        ([[1, 8], 3, 224, 224], [[1, 8], 1000, 1, 1]),
        ([-1, 3, [160, 320], [160, 320]], [-1, 1000, 1, 1]),
    ],
)
def test_outputs_follow_the_inputs_new_shape(
    squeezenet: Path, converted: Converted, shape: list[Any], output: list[Any]
) -> None:
    facts, _ = converted(squeezenet, "FP16", data_0={"shape": shape})

    assert facts["inputs"][0]["shape"] == shape
    assert facts["outputs"][0]["shape"] == output


def test_a_batch_of_four_is_four_times_the_arithmetic(squeezenet: Path, converted: Converted) -> None:
    one, _ = converted(squeezenet)
    four, _ = converted(squeezenet, data_0={"shape": [4, 3, 224, 224]})

    assert four["gmacs"] == pytest.approx(4 * one["gmacs"])
    assert four["parameters"] == one["parameters"]


def test_fixing_a_dynamic_shape_makes_the_arithmetic_known(models: Path, converted: Converted) -> None:
    facts, _ = converted(
        models / "tiny_inpaint" / "tiny_inpaint.onnx",
        "FP16",
        image={"shape": [1, 3, 64, 64]},
        mask={"shape": [1, 1, 64, 64]},
    )

    assert facts["gmacs"] is not None
    assert facts["outputs"][0]["shape"] == [1, 3, 64, 64]


def test_a_batched_model_gives_each_image_its_own_answer(
    squeezenet: Path, photographs: np.ndarray, converted: Converted, infer: Infer
) -> None:
    _, outputs = converted(squeezenet, "FP32", data_0={"shape": [-1, 3, 224, 224]})
    images = photographs[:4].transpose(0, 3, 1, 2).copy()

    together = infer(outputs / "model.xml", images)

    for image, answer in zip(images, together, strict=True):
        np.testing.assert_allclose(answer, infer(squeezenet, image[None])[0], rtol=0, atol=1e-5)


def test_shape_and_preprocessing_go_together(squeezenet: Path, converted: Converted) -> None:
    facts, _ = converted(
        squeezenet,
        "FP16",
        data_0={"shape": [2, 3, 256, 256], "layout": "NCHW", "reverse_channels": True, "mean": [104, 117, 123]},
    )

    assert facts["inputs"][0]["shape"] == [2, 3, 256, 256]
    assert facts["inputs"][0]["layout"] == "NCHW"
