"""Keras's files: read by Keras in its own environment where that is installed, and told what to install elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from keras_files import archive, running_code
from workbench.ir.environments import EnvironmentMissing, NotConverted
from workbench.runner.core import Refusal

Refused = Callable[[], Refusal]
# What LiteRT computes with the same weights: see test_real_models.py.
INPUT = np.random.default_rng(0).random((1, 224, 224, 3), np.float32)
HIGHEST = {112: 0.0120973447, 79: 0.0116001973, 550: 0.0109956739}


def test_without_the_environment_it_is_told_what_to_install(upload: Path, refusal: Refused, nowhere: None) -> None:
    (upload / "net.keras").write_bytes(archive({}))

    refused = refusal()

    assert isinstance(refused, EnvironmentMissing)
    assert "Run `workbench environments install keras`" in str(refused)


def test_a_real_network_computes_what_its_other_formats_do(
    keras: None, models: Path, upload: Path, imported: Callable[[], Any], converted: Callable[..., Any]
) -> None:
    shutil.copy(models / "mobilenet_v1_0.25_224" / "mobilenet_v1_025.keras", upload)

    source = imported()
    facts, written = converted("model.keras")
    outputs = ov.Core().compile_model(written, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(INPUT)[0]

    assert (source["format"], source["inputs"][0]["name"]) == ("keras", facts["inputs"][0]["name"])
    assert {place: outputs[0, place] for place in HIGHEST} == pytest.approx(HIGHEST, abs=1e-6)
    assert facts["conversion"]["checked"]["verdict"] == "not checked"


def test_the_older_form_is_the_same_network(
    keras: None, models: Path, upload: Path, imported: Callable[[], Any]
) -> None:
    shutil.copy(models / "mobilenet_v1_0.25_224" / "mobilenet_v1_025.h5", upload / "net")

    facts = imported()

    assert (facts["format"], facts["main_file"], facts["guesses"][0]["task"]) == ("keras", "model.h5", "classification")
    assert facts["inputs"][0]["shape"] == [-1, 224, 224, 3]


def test_a_lambda_layer_is_refused_and_never_run(keras: None, upload: Path, refusal: Refused, tmp_path: Path) -> None:
    (upload / "net.keras").write_bytes(archive(running_code(tmp_path / "harm")))

    refused = refusal()

    assert isinstance(refused, NotConverted)
    assert "it holds code (a Lambda layer), which is never run here" in str(refused)
    assert not (tmp_path / "harm").exists()


def test_a_damaged_file_is_refused_with_what_keras_says(keras: None, upload: Path, refusal: Refused) -> None:
    (upload / "net.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))

    refused = refusal()

    assert isinstance(refused, NotConverted)
    assert str(refused).startswith("net.h5: its framework does not read it: OSError")
