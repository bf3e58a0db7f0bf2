"""What real models are taken for at import, and small ones made for what no real model at hand shows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as op
from workbench import ir
from workbench.model_registry import inspect
from workbench.runner.core import Run
from workbench.tasks.default_recipe import default_recipe
from workbench.tasks.guesses import guesses, settled

NOT_SURE = None
# Those that OpenVINO itself reads, whatever this release takes as an upload.
REAL = {
    "squeezenet1.1/squeezenet1.1.onnx": "classification",
    "squeezenet1.1/squeezenet1.1_fp16.onnx": "classification",
    "squeezenet1.1/ir_fp16/squeezenet1.1.xml": "classification",
    "squeezenet1.1/ir_fp32/squeezenet1.1.xml": "classification",
    "mobilenet_v1_0.25_224/mobilenet_v1_0.25_224.tflite": "classification",
    "mobilenet_v1_0.25_224/mobilenet_v1_025_frozen.pb": "classification",
    "tiny_vit_digits/tiny_vit_digits.onnx": "classification",
    "picodet_s_320/picodet_s_320_coco.onnx": "object-detection",
    "ultraface_rfb_320/version-RFB-320.onnx": "object-detection",
    "yolox_nano_416/yolox_nano_416x416.onnx": "object-detection",
    "yolo_seg_shapes/yolo_seg_shapes.onnx": "instance-segmentation",
    "deeplabv3_257/deeplabv3_257.tflite": "semantic-segmentation",
    "fns_candy/candy.onnx": "style-transfer",
    "fsrcnn/FSRCNN_x2.pb": "super-resolution",
    "fsrcnn/FSRCNN_x3.pb": "super-resolution",
    "tiny_inpaint/tiny_inpaint.onnx": "inpainting",
    "mobileface_v2/ir_mo2023.3/MobileFace_Identification_V2-0000.xml": "face-recognition",
    "mediapipe_face_landmark/face_landmark.tflite": "facial-landmarks",
}


# What their READMEs say is done to pictures: order of channels, mean, scale, resize.
PREPARED: dict[str, tuple[Any, ...]] = {
    "picodet_s_320/picodet_s_320_coco.onnx": ("RGB", [123.675, 116.28, 103.53], [58.395, 57.12, 57.375], "stretch"),
    "ultraface_rfb_320/version-RFB-320.onnx": ("RGB", [127.0] * 3, [128.0] * 3, "stretch"),
    "yolox_nano_416/yolox_nano_416x416.onnx": ("BGR", None, None, "letterbox"),
    "yolo_seg_shapes/yolo_seg_shapes.onnx": ("RGB", None, [255.0] * 3, "letterbox"),
}


def described(path: Path) -> dict[str, Any]:
    return {**ir.describe(ir.read(path), path), "source_files": [path.name]}


def taken_for(path: Path) -> str | None:
    found = settled(guesses(described(path)))
    return found.task if found else NOT_SURE


def test_real_models_are_taken_for_what_they_are_or_not_surely_for_anything(published: Path) -> None:
    found = {name: taken_for(published / name) for name in REAL}

    right = sum(found[name] == task for name, task in REAL.items())
    print(f"{right} of {len(REAL)} published of the shared set are taken for what they are")
    assert found == REAL


@pytest.mark.parametrize("name", PREPARED)
def test_a_published_detector_is_fed_as_its_authors_do_with_nothing_said(published: Path, name: str) -> None:
    found = default_recipe(described(published / name), None, {}).preparation.to_json()

    assert tuple(found[field] for field in ("color", "mean", "scale", "resize")) == PREPARED[name]


def inspected(model: ov.Model, upload: Path, name: str | None = None) -> list[dict[str, Any]]:
    ov.save_model(model, upload / "net.xml", compress_to_fp16=False)
    folder = upload.parents[1]
    (folder / "outputs").mkdir()
    (folder / "spec.json").write_text(json.dumps({"name": name}))
    found: list[dict[str, Any]] = inspect.run(Run(folder))["guesses"]
    return found


def of_a_picture(finish: Callable[[ov.Node], ov.Node]) -> ov.Model:
    """The mean of each channel of a 3×64×64 picture, and what is made of the three numbers."""
    data = op.parameter([1, 3, 64, 64], ov.Type.f32, name="data")
    pooled = op.reduce_mean(data, op.constant(np.array([2, 3])), keep_dims=False)
    result = finish(pooled)
    result.output(0).set_names({"out"})
    return ov.Model([result], [data], "net")


def dense(source: ov.Node, count: int) -> ov.Node:
    return op.matmul(source, op.constant(np.ones((3, count), np.float32)), False, False)


def test_a_softmax_makes_a_classifier(upload: Path) -> None:
    found = inspected(of_a_picture(lambda node: op.softmax(dense(node, 7), 1)), upload)

    assert [(each["task"], each["sure"]) for each in found] == [("classification", "likely"), ("generic", "possible")]
    assert found[0] == {
        "task": "classification",
        "head": "scores",
        "options": {},
        "sure": "likely",
        "why": "its output is one list of 7 numbers, which a softmax computes",
    }


def test_sixty_eight_landmarks_are_neither_thirty_four_nor_any_classes(upload: Path) -> None:
    found = inspected(of_a_picture(lambda node: dense(node, 136)), upload)

    assert [(each["task"], each["sure"]) for each in found] == [
        ("facial-landmarks", "likely"),
        ("classification", "possible"),
        ("generic", "possible"),
    ]
    assert "as many as 68 points have" in found[0]["why"]


def test_an_embedding_of_length_one_is_of_faces(upload: Path) -> None:
    unit = of_a_picture(lambda node: op.normalize_l2(dense(node, 128), op.constant(np.array([1])), 1e-6, "add"))

    assert inspected(unit, upload)[0]["task"] == "face-recognition"


def test_what_people_call_the_model_counts(upload: Path) -> None:
    found = inspected(of_a_picture(lambda node: dense(node, 7)), upload, "my squeezenet")

    assert (found[0]["task"], found[0]["sure"]) == ("classification", "likely")


def test_an_ir_that_model_api_has_written_is_certain(upload: Path) -> None:
    model = of_a_picture(lambda node: dense(node, 136))
    model.set_rt_info("Classification", ["model_info", "model_type"])

    found = inspected(model, upload)

    assert (found[0]["task"], found[0]["sure"]) == ("classification", "certain")


def test_an_operation_of_a_detector_does_not_say_how_it_is_read(upload: Path) -> None:
    def suppress(node: ov.Node) -> ov.Node:
        boxes = op.constant(np.zeros((1, 9, 4), np.float32))
        scores = op.reshape(dense(node, 9), op.constant(np.array([1, 1, 9])), False)
        chosen = op.non_max_suppression(boxes, scores, op.constant(5))
        return op.gather(chosen.output(0), op.constant([2]), op.constant(1))

    found = inspected(of_a_picture(suppress), upload)

    assert (found[0]["task"], found[0]["sure"]) == ("object-detection", "possible")
    assert "NonMaxSuppression" in found[0]["why"]
