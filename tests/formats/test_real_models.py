"""One real network in every format its authors publish: imported, converted, and computing what its framework does."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from workbench.model_registry.formats._protobuf import mapped
from workbench.model_registry.formats._tensorflow import meta_graph

# What LiteRT 2.3.0 computes on this input; the other formats hold the same weights (largest difference 2e-7).
INPUT = np.random.default_rng(0).random((1, 224, 224, 3), np.float32)
HIGHEST = {112: 0.0120973447, 79: 0.0116001973, 550: 0.0109956739, 319: 0.0103162481, 314: 0.0092346715}
TOLERANCE = 1e-6

Imported = Callable[[], dict[str, Any]]
Converted = Callable[..., tuple[dict[str, Any], Path]]


def tflite(models: Path, upload: Path) -> None:
    shutil.copy(models / "mobilenet_v1_0.25_224.tflite", upload)


def frozen_graph(models: Path, upload: Path) -> None:
    shutil.copy(models / "mobilenet_v1_025_frozen.pb", upload)


def saved_model(models: Path, upload: Path) -> None:
    shutil.copytree(models / "saved_model", upload / "my_model")


def checkpoint(models: Path, upload: Path) -> None:
    """The meta graph inside the SavedModel, and its variables under the names of a checkpoint."""
    meta = meta_graph(mapped(models / "saved_model" / "saved_model.pb"))
    assert meta is not None
    (upload / "step-7.meta").write_bytes(meta)
    for path in (models / "saved_model" / "variables").iterdir():
        shutil.copy(path, upload / path.name.replace("variables", "step-7"))


FORMATS = {
    "tflite": (tflite, "model.tflite"),
    "tensorflow-graph": (frozen_graph, "model.pb"),
    "tensorflow-saved-model": (saved_model, "saved_model.pb"),
    "tensorflow-checkpoint": (checkpoint, "model.meta"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_its_outputs_are_those_of_the_framework(
    name: str, models: Path, upload: Path, imported: Imported, converted: Converted
) -> None:
    lay, main_file = FORMATS[name]
    lay(models / "mobilenet_v1_0.25_224", upload)

    source = imported()
    facts, written = converted(main_file)
    outputs = ov.Core().compile_model(written, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(INPUT)[0]

    assert (source["format"], source["main_file"]) == (name, main_file)
    assert source["guesses"][0]["task"] == "classification"
    assert (facts["format"], facts["parameters"]) == ("ir", source["parameters"])
    assert {place: outputs[0, place] for place in HIGHEST} == pytest.approx(HIGHEST, abs=TOLERANCE)
    assert facts["conversion"]["checked"]["verdict"] == "not checked"
    assert facts["conversion"]["warnings"] == []
