"""Caffe's networks: converted by OpenVINO's last converter that did, and compared with OpenCV's reading of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from workbench.ir.environments import EnvironmentMissing, NotConverted
from workbench.ir.refusals import BrokenModel
from workbench.model_registry.values import SeveralModels
from workbench.runner.core import Refusal

Imported = Callable[[], dict[str, Any]]
Refused = Callable[[], Refusal]
LAYER = 'layer {{ name: "{0}" type: "Input" top: "{0}" input_param {{ shape {{ dim: 1 }} }} }}\n'


def lay(models: Path, upload: Path, name: str, network: str | None = None) -> None:
    shutil.copy(models / f"{name}.caffemodel", upload / "net.caffemodel")
    shutil.copy(models / f"{network or name}.prototxt", upload / "net.prototxt")


def test_a_real_network_computes_what_its_onnx_form_does(
    legacy: None, models: Path, upload: Path, imported: Imported, converted: Callable[..., Any]
) -> None:
    lay(models / "squeezenet1.1", upload, "squeezenet1.1")
    picture = np.random.default_rng(0).random((1, 3, 224, 224), np.float32) * 255

    source = imported()
    facts, written = converted("model.caffemodel")
    outputs = [
        ov.Core().compile_model(path, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(picture)[0].ravel()
        for path in (written, models / "squeezenet1.1" / "squeezenet1.1.onnx")
    ]

    assert (source["format"], source["producer"], source["inputs"][0]["shape"]) == ("caffe", "caffe", [1, 3, 224, 224])
    assert source["guesses"][0]["task"] == "classification"
    assert np.abs(outputs[0] - outputs[1]).max() < 1e-5
    checked = facts["conversion"]["checked"]
    assert (checked["verdict"], checked["runtime"]["name"]) == ("alike", "opencv")
    assert facts["conversion"]["warnings"] == []


def test_what_is_asked_is_done_as_to_every_other_format(
    legacy: None, models: Path, upload: Path, imported: Imported, converted: Callable[..., Any]
) -> None:
    lay(models / "mtcnn", upload, "det1")
    imported()

    facts, _ = converted(
        "model.caffemodel",
        precision="FP16",
        inputs={"data": {"shape": [2, 3, 24, 24], "mean": [127.5] * 3, "scale": [128.0] * 3, "reverse_channels": True}},
    )

    assert facts["inputs"][0]["shape"] == [2, 3, 24, 24]
    assert (facts["precision"], facts["conversion"]["checked"]["verdict"]) == ("FP16", "alike")


def test_a_detector_whose_rows_opencv_counts_otherwise_is_told_as_not_compared(
    legacy: None, models: Path, upload: Path, imported: Imported, converted: Callable[..., Any]
) -> None:
    lay(models / "wechat_qr_caffe", upload, "detect")
    imported()

    facts, _ = converted("model.caffemodel")

    assert facts["outputs"][0]["shape"] == [1, 1, 100, 7]
    assert "gives the rows of a DetectionOutput otherwise" in facts["conversion"]["warnings"][0]


@pytest.mark.parametrize(
    ("name", "network", "words"),
    [
        (
            "mtcnn/det1",
            "negative/custom_layer",
            "it has a layer of its own kind, 'PReLU1', which nothing here computes",
        ),
        ("mtcnn/det1", "mtcnn/det2", "layer 'conv1' has 28 outputs in the .prototxt, but weights of [10, 3, 3, 3]"),
    ],
)
def test_what_cannot_be_a_network_is_refused_with_the_layer(
    legacy: None, models: Path, upload: Path, refusal: Refused, name: str, network: str, words: str
) -> None:
    lay(models, upload, name, network)

    refused = refusal()

    assert isinstance(refused, NotConverted)
    assert words in str(refused)


def test_a_layer_without_weights_is_named(legacy: None, models: Path, upload: Path, refusal: Refused) -> None:
    lay(models / "mtcnn", upload, "det1")
    text = (upload / "net.prototxt").read_text()
    (upload / "net.prototxt").write_text(text.replace('"conv2"', '"conv2_of_mine"'))

    assert "the .caffemodel holds no weights of layer 'conv2_of_mine'" in str(refusal())


def test_of_several_networks_that_for_inference_is_taken(
    models: Path, upload: Path, refusal: Refused, nowhere: None
) -> None:
    lay(models / "mtcnn", upload, "det1")
    (upload / "net.prototxt").rename(upload / "deploy.prototxt")
    (upload / "train_val.prototxt").write_text('name: "net"\nlayer { name: "data" type: "Data" top: "data" }\n')

    assert isinstance(refusal(), EnvironmentMissing)  # so far it came
    (upload / "other.prototxt").write_text(LAYER.format("data"))
    assert "which of deploy.prototxt, other.prototxt, train_val.prototxt is its network" in str(refusal())


def test_weights_that_were_cut_off_are_told_without_the_environment(
    models: Path, upload: Path, refusal: Refused, nowhere: None
) -> None:
    lay(models / "mtcnn", upload, "det2")
    whole = (upload / "net.caffemodel").read_bytes()
    (upload / "net.caffemodel").write_bytes(whole[: len(whole) // 2])

    refused = refusal()

    assert isinstance(refused, BrokenModel)
    assert "net.caffemodel: the weights are damaged or cut off" in str(refused)


def test_two_networks_with_weights_are_two_models(models: Path, upload: Path, refusal: Refused) -> None:
    for name in ("det1", "det2"):
        shutil.copy(models / "mtcnn" / f"{name}.caffemodel", upload)

    assert isinstance(refusal(), SeveralModels)
