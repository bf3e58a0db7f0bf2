"""Real models and photographs, and the runs of the core over them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from PIL import Image
from workbench.converter import convert
from workbench.runner.core import Run

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"


@pytest.fixture(scope="session")
def squeezenet(models: Path) -> Path:
    return models / "squeezenet1.1" / "squeezenet1.1.onnx"


@pytest.fixture(scope="session")
def photographs() -> np.ndarray:
    """(20, 224, 224, 3) RGB, 0..255, float32; smooth noise where no photographs are at hand."""
    folder = SHARED / "datasets" / "imagenet200" / "images"
    if not folder.is_dir():
        noise = np.random.default_rng(5).uniform(0, 255, (20, 7, 7, 3)).astype(np.uint8)
        return np.stack([np.asarray(Image.fromarray(one).resize((224, 224)), np.float32) for one in noise])
    return np.stack([
        np.asarray(Image.open(path).convert("RGB").resize((224, 224)), np.float32)
        for path in sorted(folder.iterdir())[:20]])


@pytest.fixture
def converted(tmp_path: Path) -> Callable[..., tuple[dict[str, Any], Path]]:
    """Run the core over a model file in a folder of its own: the result, and the outputs folder."""
    def convert_file(model: Path, precision: str = "FP32", **inputs: Any) -> tuple[dict[str, Any], Path]:
        folder = tmp_path / f"run{len(list(tmp_path.iterdir()))}"
        for part in ("inputs/model", "outputs"):
            (folder / part).mkdir(parents=True)
        shutil.copy(model, folder / "inputs" / "model")
        if model.suffix == ".xml":
            shutil.copy(model.with_suffix(".bin"), folder / "inputs" / "model")
        spec = {"main_file": model.name, "precision": precision, "inputs": inputs}
        (folder / "spec.json").write_text(json.dumps(spec))
        return convert.run(Run(folder)), folder / "outputs"
    return convert_file


@pytest.fixture
def infer() -> Callable[..., np.ndarray]:
    """The first output of a model for these inputs, in f32 arithmetic."""
    def run(model: Path, *inputs: np.ndarray) -> np.ndarray:
        compiled = ov.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
        return np.array(compiled(list(inputs))[0])
    return run
