"""Real models, made here, and the real core over them as a launcher would start it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forked
import numpy as np
import openvino as ov
import openvino.opset13 as ops
import pytest


def convolutions(batch: int = 1, size: int = 32, channels: int = 8, layers: int = 2) -> ov.Model:
    """Convolutions with their activations, each under a name of its own: input ``image``, output ``scores``."""
    generator = np.random.default_rng(7)
    image = ops.parameter([batch, 3, size, size], np.float32, name="image")
    image.output(0).set_names({"image"})
    node, wide = image, 3
    for number in range(1, layers + 1):
        weights = generator.standard_normal((channels, wide, 3, 3)).astype(np.float32)
        node = ops.convolution(node, ops.constant(weights), [1, 1], [1, 1], [1, 1], [1, 1])
        node.set_friendly_name(f"conv{number}")
        node = ops.relu(node)
        node.set_friendly_name(f"relu{number}")
        wide = channels
    pooled = ops.reduce_mean(node, ops.constant(np.array([2, 3])), keep_dims=False)
    pooled.set_friendly_name("pool")
    pooled.output(0).set_names({"scores"})
    return ov.Model([pooled], [image], "convolutions")


def dynamic(*shape: int) -> ov.Model:
    """One activation on one input ``x`` of this shape, -1 for what is open."""
    x = ops.parameter(ov.PartialShape(list(shape)), np.float32, name="x")
    x.output(0).set_names({"x"})
    return ov.Model([ops.relu(x)], [x], "dynamic")


def saved(model: ov.Model, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(model, folder / "model.xml", compress_to_fp16=False)
    return folder / "model.xml"


def performed(module: str, folder: Path, spec: dict[str, Any], env: dict[str, str] | None = None) -> dict[str, Any]:
    """``result.json`` of a core run over this folder."""
    (folder / "inputs").mkdir(parents=True, exist_ok=True)
    (folder / "spec.json").write_text(json.dumps(spec))
    forked.run_core(module, folder, env=env)
    log = (folder / "log.txt").read_text() if (folder / "log.txt").exists() else ""
    assert (folder / "result.json").exists(), log
    return dict(json.loads((folder / "result.json").read_text()))


@pytest.fixture(name="convolutions", scope="session")
def convolutions_fixture() -> Callable[..., ov.Model]:
    return convolutions


@pytest.fixture(name="dynamic", scope="session")
def dynamic_fixture() -> Callable[..., ov.Model]:
    return dynamic


@pytest.fixture(name="saved")
def saved_fixture(tmp_path: Path) -> Callable[[ov.Model], Path]:
    return lambda model: saved(model, tmp_path / "model")


@pytest.fixture
def profile(quiet: None, tmp_path: Path) -> Callable[..., dict[str, Any]]:
    """Profile a model as short as it is possible: what ``result.json`` says."""

    def run(model: ov.Model, **spec: Any) -> dict[str, Any]:
        saved(model, tmp_path / "run" / "inputs" / "model")
        return performed(
            "workbench.profiler.benchmark", tmp_path / "run", {"main_file": "model.xml", "duration_s": 0.1, **spec}
        )

    return run


@pytest.fixture(scope="session")
def perform(quiet: None) -> Callable[..., dict[str, Any]]:
    return performed


@pytest.fixture(scope="session")
def perform_tensor(in_processes: None) -> Callable[..., dict[str, Any]]:
    """The same for a core that measures nothing, so that it need not be alone."""
    return performed


@pytest.fixture(scope="session")
def measured(quiet: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One profile of a small network, measured once for all who look at it; ``folder`` is where."""
    folder = tmp_path_factory.mktemp("measured")
    saved(convolutions(size=48, channels=16, layers=3), folder / "inputs" / "model")
    spec = {"main_file": "model.xml", "duration_s": 0.3, "hint": "throughput", "seed": 3}
    return {"folder": folder, **performed("workbench.profiler.benchmark", folder, spec, {"OV_LEVEL": "1"})}
