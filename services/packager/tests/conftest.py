"""Real IRs, a real dataset and the real runner: what every test of the packager starts from."""

from __future__ import annotations

import importlib.util
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import forked
import numpy as np
import openvino as ov
import pytest
import zstandard
from openvino import opset13 as ops
from PIL import Image
from workbench.shards import AnnotationWriter, ShardWriter

SIDE = 32
CLASSES = 4

# Of what is installed for them, all that a package's environment has.
NEEDED = ("numpy", "PIL", "openvino")

Spec = dict[str, Any]
Build = Callable[..., Path]


def small_model(channels: int = 8) -> ov.Model:
    """A small convolutional classifier with random weights: input ``image`` [1, 3, 32, 32]."""
    random = np.random.default_rng(3)
    image = ops.parameter([1, 3, SIDE, SIDE], np.float32, name="image")
    image.output(0).set_names({"image"})
    kernel = ops.constant(random.normal(0, 0.02, (channels, 3, 3, 3)).astype(np.float32))
    features = ops.relu(ops.convolution(image, kernel, [2, 2], [1, 1], [1, 1], [1, 1]))
    pooled = ops.reduce_mean(features, ops.constant(np.array([2, 3])), False)
    head = ops.constant(random.normal(0, 0.1, (channels, CLASSES)).astype(np.float32))
    scores = ops.softmax(ops.matmul(pooled, head, False, False), 1)
    scores.output(0).set_names({"scores"})
    return ov.Model([scores], [image], "small")


@pytest.fixture(scope="session")
def recipe() -> Spec:
    return {
        "task": "classification",
        "labels": ["apple", "pear", "plum", "quince"],
        "resize": "stretch",
        "top_k": 2,
        "input": {"name": "image", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
    }


@pytest.fixture(scope="session")
def profile() -> Spec:
    interval = {"value": 500.0, "low": 480.0, "high": 520.0}
    properties = {"INFERENCE_PRECISION_HINT": "f32", "PERFORMANCE_HINT": "THROUGHPUT", "NUM_STREAMS": 1}
    return {
        "throughput_fps": interval,
        "latency_ms": {"p50": {"value": 2.0, "low": 1.9, "high": 2.1}},
        "loop": "async",
        "configuration": {**properties, "requests": 2, "CACHE_DIR": "/home/someone/cache"},
        "launches": [{"throughput_fps": 500.0}],
        "layers": [{"name": "conv", "time_ms": 1.0}],
        "trust": {"verdict": "trusted", "reasons": []},
        "provenance": {
            "spec": {"device": "CPU", "batch": 1},
            "versions": {"openvino": "2026.4.1"},
            "device": {"device": "CPU", "full_device_name": "A Processor"},
        },
    }


@pytest.fixture(scope="session")
def spec(recipe: Spec, profile: Spec) -> Spec:
    """Two variants, one of them measured."""
    evaluation = {"metrics": [{"metric": "top1", "value": 0.97, "n": 200, "split": "evaluation"}], "items": 200}
    return {
        "name": "fruit-1.0",
        "recommended": "fp16",
        "recipe": recipe,
        "samples": 3,
        "variants": [
            {
                "folder": "fp32",
                "main_file": "model.xml",
                "precision": "FP32",
                "profile": None,
                "evaluation": None,
                "configuration": {},
            },
            {
                "folder": "fp16",
                "main_file": "model.xml",
                "precision": "FP16",
                "profile": profile,
                "evaluation": evaluation,
                "configuration": profile["configuration"],
            },
        ],
    }


@pytest.fixture
def folder(tmp_path: Path, spec: Spec) -> Path:
    """A run's folder with everything the specification needs."""
    return fill_folder(tmp_path / "run", spec)


def fill_folder(folder: Path, spec: Spec) -> Path:
    folder.mkdir()
    (folder / "outputs").mkdir()
    (folder / "spec.json").write_text(json.dumps(spec))
    for name, is_half in (("fp32", False), ("fp16", True)):
        target = folder / "inputs" / "variants" / name / "model.xml"
        target.parent.mkdir(parents=True)
        ov.save_model(small_model(), target, compress_to_fp16=is_half)
    write_dataset(folder / "inputs" / "dataset")
    return folder


def write_dataset(folder: Path) -> None:
    random = np.random.default_rng(5)
    with ShardWriter(folder) as writer, AnnotationWriter(folder, ["classification"]) as annotations:
        for number in range(10):
            file = io.BytesIO()
            Image.fromarray(random.integers(0, 256, (40, 50, 3), np.uint8)).save(file, "PNG")
            writer.add(
                f"fruit/{number}.PNG",
                file.getvalue(),
                width=50,
                height=40,
                split="calibration" if number < 4 else "evaluation",
            )
            annotations.add(f"fruit/{number}.PNG", {"classification": {"label": number % CLASSES}})
        annotations.close({})


@pytest.fixture(scope="session")
def needed(whole: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to import from that has these packages, with the libraries beside them, and no other."""
    folder = tmp_path_factory.mktemp("needed")
    for name in NEEDED:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.origin is not None
        package = Path(spec.origin).parent
        for each in (package, *package.parent.glob(f"{'pillow' if name == 'PIL' else name}*.libs")):
            (folder / each.name).symlink_to(each)
    return folder


@pytest.fixture(scope="session")
def run_core() -> Callable[[Path], Spec]:
    """Runs the core as a launcher does; returns what its result.json holds."""

    def run(folder: Path) -> Spec:
        forked.run_core("workbench.packager.pack", folder)
        assert (folder / "result.json").exists(), (folder / "log.txt").read_text()
        document: Spec = json.loads((folder / "result.json").read_bytes())
        return document

    return run


@pytest.fixture(scope="session")
def unpack() -> Callable[[Path, Path], Path]:
    def unpack(archive: Path, into: Path) -> Path:
        with (
            archive.open("rb") as packed,
            zstandard.ZstdDecompressor().stream_reader(packed) as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            tar.extractall(into, filter="data")
        (package,) = into.iterdir()
        return package

    return unpack


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory, spec: Spec, run_core: Callable[[Path], Spec]) -> Path:
    """The folder of a run that has made the package; nobody changes it."""
    folder = fill_folder(tmp_path_factory.mktemp("made") / "run", spec)
    run_core(folder)
    return folder


@pytest.fixture
def package(made: Path, tmp_path: Path, unpack: Callable[[Path, Path], Path]) -> Path:
    """A freshly unpacked package that a test may spoil."""
    return unpack(made / "outputs" / "package.tar.zst", tmp_path / "unpacked")


@pytest.fixture(scope="session")
def run_python(whole: None) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a script of a package in an environment that says nothing but where programs are."""

    def run(script: Path | str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={"PATH": os.environ["PATH"], **environment},
            cwd="/",
        )

    return run


@pytest.fixture
def bare(needed: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """``bare(package, …)``: its application, by a Python that has NumPy, Pillow and OpenVINO, and nothing of this
    workbench but what was carried.
    """

    def run(package: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{package / 'app'}:{needed}"}
        return subprocess.run(
            [sys.executable, "-S", "-m", "workbench.application", *arguments],
            capture_output=True,
            text=True,
            env=path,
            cwd="/",
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def run_bare(package: Path, needed: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """By a Python that has NumPy, Pillow and OpenVINO, and nothing of this workbench but what was carried."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        path = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{package / 'app'}:{needed}"}
        return subprocess.run(
            [sys.executable, "-S", *arguments],
            capture_output=True,
            text=True,
            env=path,
            cwd="/",
            timeout=60,
            check=False,
        )

    return run
