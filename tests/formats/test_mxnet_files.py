"""MXNet's networks: converted by OpenVINO's last converter that did, and compared with MXNet itself."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from workbench.ir.environments import EnvironmentMissing, NotConverted
from workbench.runner.core import Refusal

Imported = Callable[[], dict[str, Any]]
Refused = Callable[[], Refusal]
F32 = {"INFERENCE_PRECISION_HINT": "f32"}


def lay(models: Path, upload: Path, name: str, parameters: str) -> None:
    shutil.copy(models / f"{name}-symbol.json", upload / "net-symbol.json")
    shutil.copy(models / f"{parameters}.params", upload / "net-0007.params")


def test_a_real_network_computes_what_its_onnx_form_does(
    legacy: None, models: Path, upload: Path, imported: Imported, converted: Callable[..., Any]
) -> None:
    lay(models / "squeezenet1.1", upload, "squeezenet1.1", "squeezenet1.1-0000")
    picture = np.random.default_rng(0).random((1, 3, 224, 224), np.float32) * 255

    source = imported()
    facts, written = converted("model-0000.params", inputs={"data": {"shape": [1, 3, 224, 224]}})
    outputs = [
        ov.Core().compile_model(path, "CPU", F32)(picture)[0].ravel()
        for path in (written, models / "squeezenet1.1" / "squeezenet1.1.onnx")
    ]

    assert (source["format"], source["inputs"][0]["name"], source["inputs"][0]["shape"]) == (
        "mxnet",
        "data",
        [-1, 3, -1, -1],
    )
    assert np.abs(outputs[0] - outputs[1]).max() < 1e-5
    checked = facts["conversion"]["checked"]
    assert (checked["verdict"], checked["runtime"]) == ("alike", {"name": "mxnet", "version": "1.9.1"})


def test_a_size_that_its_weights_ask_for_need_not_be_given(
    legacy: None, models: Path, upload: Path, imported: Imported, converted: Callable[..., Any]
) -> None:
    lay(models / "mtcnn", upload, "det3", "det3-0001")  # of MXNet 0.8

    source = imported()
    facts, _ = converted("model-0000.params")

    assert source["inputs"][0]["shape"] == [-1, 3, 48, 48]
    assert [port["name"] for port in facts["outputs"]] == ["conv6_2", "prob1", "conv6_3"]
    assert facts["conversion"]["checked"]["verdict"] == "alike"


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("mtcnn/det1", "negative/truncated-0001", "Invalid NDArray file format"),
        ("mtcnn/det3", "mtcnn/det2-0001", "the .params holds no conv5_weight"),
        ("squeezenet1.1/squeezenet1.1", "mtcnn/det2-0001", "graph and weights belong to different networks"),
    ],
)
def test_damaged_and_others_parameters_are_refused(
    legacy: None, models: Path, upload: Path, refusal: Refused, name: str, parameters: str, words: str
) -> None:
    lay(models, upload, name, parameters)

    refused = refusal()

    assert isinstance(refused, NotConverted)
    assert words in str(refused)


def test_a_graph_without_end_or_with_an_unknown_operation_is_refused(
    legacy: None, models: Path, upload: Path, refusal: Refused
) -> None:
    lay(models / "mtcnn", upload, "det1", "det1-0001")
    graph = json.loads((upload / "net-symbol.json").read_text())
    graph["nodes"][1 + next(i for i, node in enumerate(graph["nodes"]) if node["op"] == "null")]["op"] = "Poem"
    (upload / "net-symbol.json").write_text(json.dumps(graph))
    assert "Poem" in str(refusal())

    (upload / "net-symbol.json").write_text(json.dumps(graph)[:3000])
    assert isinstance(refusal(), NotConverted)


def test_without_the_environment_it_is_told_what_to_install(
    models: Path, upload: Path, refusal: Refused, nowhere: None
) -> None:
    lay(models / "mtcnn", upload, "det1", "det1-0001")

    refused = refusal()

    assert isinstance(refused, EnvironmentMissing)
    assert "Run `workbench environments install legacy`" in str(refused)
