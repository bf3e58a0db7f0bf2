"""Models of every format as a user has them, and both cores that they pass: the examination and the conversion."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from workbench.converter import convert
from workbench.model_registry import inspect
from workbench.runner.core import Refusal, Run
from workbench.runner.environments import VARIABLE, seen_by_a_core

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "models"


@pytest.fixture(scope="session")
def models(shared: Path) -> Path:
    return shared / "models"


def _installed(name: str) -> None:
    if seen_by_a_core(name) is None:
        pytest.skip(f"the environment {name} is not installed: `make test-environments` does it")


@pytest.fixture
def keras() -> None:
    """The environment."""
    _installed("keras")


@pytest.fixture
def legacy() -> None:
    """The environment that reads Caffe's and MXNet's networks."""
    _installed("legacy")


@pytest.fixture
def torch_apart() -> None:
    """The environment that reads programs exported by PyTorch: 5 GB, so only who wants to has it."""
    _installed("torch")


@pytest.fixture
def architectures(torch_apart: None) -> Path:
    """The same, of a release that has timm and torchvision, too: its folder."""
    folder = seen_by_a_core("torch")
    if folder is None or not (folder / "weights.py").is_file():
        pytest.skip("the environment torch is of an earlier release: `workbench environments install torch`")
    return folder


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A place where no environment is installed."""
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "elsewhere"))
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    """An empty upload."""
    folder = tmp_path / "import" / "inputs" / "upload"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def imported(upload: Path) -> Callable[[], dict[str, Any]]:
    """The facts of what lies in the upload; its files are in ``import/outputs`` afterwards."""

    def run() -> dict[str, Any]:
        folder = upload.parents[1]
        shutil.rmtree(folder / "outputs", ignore_errors=True)
        (folder / "outputs").mkdir()
        (folder / "spec.json").write_text("{}")
        return inspect.run(Run(folder))

    return run


@pytest.fixture
def refusal(imported: Callable[[], dict[str, Any]], tmp_path: Path) -> Callable[[], Refusal]:
    """Why the upload is refused: one line that tells nobody where the service works."""

    def run() -> Refusal:
        with pytest.raises(Refusal) as refused:
            imported()
        assert "\n" not in str(refused.value)
        assert str(tmp_path) not in str(refused.value)
        return refused.value

    return run


@pytest.fixture
def converted(tmp_path: Path) -> Callable[..., tuple[dict[str, Any], Path]]:
    """What was imported, as an IR in FP32: the facts, and its .xml."""

    def run(main_file: str, precision: str = "FP32", **options: Any) -> tuple[dict[str, Any], Path]:
        folder = tmp_path / "conversion"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "outputs").mkdir(parents=True)
        shutil.copytree(tmp_path / "import" / "outputs", folder / "inputs" / "model")
        spec = {"main_file": main_file, "precision": precision, "inputs": {}, **options}
        (folder / "spec.json").write_text(json.dumps(spec))
        return convert.run(Run(folder)), folder / "outputs" / "model.xml"

    return run
