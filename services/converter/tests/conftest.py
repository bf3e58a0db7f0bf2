"""Real models and photographs, and the runs of the core over them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import described
import numpy as np
import openvino as ov
import pytest
from PIL import Image
from workbench.converter import convert
from workbench.runner.core import Run

Converted = tuple[dict[str, Any], Path]


@pytest.fixture(scope="session")
def squeezenet(models: Path) -> Path:
    return models / "squeezenet1.1" / "squeezenet1.1.onnx"


@pytest.fixture(scope="session")
def photographs(whole: None, at_hand: Path | None) -> np.ndarray:
    """(20, 224, 224, 3) RGB, 0..255, float32; smooth noise where no photographs are at hand."""
    if not at_hand:
        noise = np.random.default_rng(5).uniform(0, 255, (20, 7, 7, 3)).astype(np.uint8)
        return np.stack([np.asarray(Image.fromarray(one).resize((224, 224)), np.float32) for one in noise])
    return np.stack(
        [
            np.asarray(Image.open(path).convert("RGB").resize((224, 224)), np.float32)
            for path in sorted((at_hand / "datasets" / "imagenet200" / "images").iterdir())[:20]
        ]
    )


@pytest.fixture(scope="session")
def conversions(whole: None, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Converted]:
    """Run the core over a model file, and so the file beside its IR; what was converted before is not again."""
    known: dict[Any, Converted] = {}

    def once(model: Path, precision: str, inputs: dict[str, Any]) -> Converted:
        key = (model, model.stat().st_mtime_ns, precision, json.dumps(inputs))
        if key not in known:
            folder = tmp_path_factory.mktemp("conversion")
            known[key] = _convert(model, folder, {"main_file": model.name, "precision": precision, "inputs": inputs})
        return known[key]

    return once


def _convert(model: Path, folder: Path, spec: dict[str, Any]) -> Converted:
    for part in ("inputs/model", "outputs"):
        (folder / part).mkdir(parents=True)
    shutil.copy(model, folder / "inputs" / "model")
    if model.suffix == ".xml":
        shutil.copy(model.with_suffix(".bin"), folder / "inputs" / "model")
    (folder / "spec.json").write_text(json.dumps(spec))
    facts = convert.run(Run(folder))
    assert described.faults("ModelFacts", facts) == []
    return facts, folder


@pytest.fixture
def converted(tmp_path: Path, conversions: Callable[..., Converted]) -> Callable[..., Converted]:
    """The result of the core, and the outputs folder of a run that is the test's own."""

    def convert_file(model: Path, precision: str = "FP32", **inputs: Any) -> Converted:
        facts, run = conversions(model, precision, inputs)
        folder = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        shutil.copytree(run, folder)
        return deepcopy(facts), folder / "outputs"

    return convert_file


@pytest.fixture
def infer() -> Callable[..., np.ndarray]:
    """The first output of a model for these inputs, in f32 arithmetic."""
    compiled: dict[Path, ov.CompiledModel] = {}

    def run(model: Path, *inputs: np.ndarray) -> np.ndarray:
        if model not in compiled:
            compiled[model] = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        return np.array(compiled[model](list(inputs))[0])

    return run
