"""A package of a landmark model, with nothing installed but what it asks for: it proves itself, and draws."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops
from PIL import Image
from workbench.shards import AnnotationWriter, ShardWriter

SIDE, SIZE, TASK = 32, (200, 100), "facial-landmarks"
PLACES = [[0.25, 0.4], [0.75, 0.4], [0.5, 0.6], [0.3, 0.8], [0.7, 0.8]]


def five() -> ov.Model:
    """Always the same points, but for a trace of the picture's brightness."""
    image = ops.parameter([1, 3, SIDE, SIDE], np.float32, name="image")
    image.output(0).set_names({"image"})
    trace = ops.multiply(ops.reduce_mean(image, ops.constant([1, 2, 3]), False), ops.constant(np.float32(1e-5)))
    points = ops.add(ops.constant(np.array(PLACES, np.float32).reshape(1, 10)), ops.unsqueeze(trace, ops.constant(1)))
    points.output(0).set_names({"points"})
    return ov.Model([points], [image], "five")


@pytest.fixture(scope="module")
def package(
    tmp_path_factory: pytest.TempPathFactory,
    run_core: Callable[[Path], dict[str, Any]],
    unpack: Callable[[Path, Path], Path],
) -> Path:
    folder = tmp_path_factory.mktemp("pointing") / "run"
    model = folder / "inputs" / "variants" / "fp32" / "model.xml"
    model.parent.mkdir(parents=True)
    ov.save_model(five(), model, compress_to_fp16=False)
    dataset = folder / "inputs" / "dataset"
    dataset.mkdir()
    with ShardWriter(dataset) as writer, AnnotationWriter(dataset, [TASK]) as annotations:
        for number in range(2):
            file = io.BytesIO()
            Image.new("RGB", SIZE, (90 + number, 60, 60)).save(file, "PNG")
            writer.add(f"{number}.png", file.getvalue(), split="evaluation", width=SIZE[0], height=SIZE[1])
            annotations.add(f"{number}.png", {TASK: {"points": [[x * 200, y * 100] for x, y in PLACES]}})
        annotations.close({})
    recipe = {
        "version": 2,
        "task": TASK,
        "preparation": {
            "resize": "stretch",
            "input": {"name": "image", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
        },
    }
    (folder / "spec.json").write_text(
        json.dumps(
            {
                "name": "faces",
                "recommended": "fp32",
                "recipe": recipe,
                "samples": 2,
                "variants": [{"folder": "fp32", "precision": "FP32"}],
            }
        )
    )
    ended = run_core(folder)
    assert "result" in ended, ended
    return unpack(folder / "outputs" / "package.tar.zst", tmp_path_factory.mktemp("unpacked") / "package")


def bare(package: Path, needed: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """By a Python that has NumPy, Pillow and OpenVINO, and nothing of this workbench but what was carried."""
    path = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{package / 'app'}:{needed}"}
    return subprocess.run(
        [sys.executable, "-S", *arguments], capture_output=True, text=True, env=path, cwd="/", timeout=60, check=False
    )


def test_it_says_where_the_points_are_and_draws_them(package: Path, needed: Path, tmp_path: Path) -> None:
    image = package / "samples" / "01.png"

    ended = bare(package, needed, "-m", "workbench.application", str(image), "--draw", str(tmp_path / "drawn"))

    assert ended.returncode == 0, ended.stderr
    assert "left eye  50, 40" in ended.stdout
    before, after = (np.asarray(Image.open(file).convert("RGB")) for file in (image, tmp_path / "drawn" / "01.png"))
    assert after.shape == before.shape == (SIZE[1], SIZE[0], 3)
    changed = (before != after).any(axis=2)
    assert all(changed[round(y * 100), round(x * 200)] for x, y in PLACES)
    assert changed.mean() < 0.02


def test_it_passes_its_self_test(package: Path, needed: Path) -> None:
    ended = bare(package, needed, str(package / "selftest.py"), "--seconds", "0")

    assert ended.stdout.splitlines()[-1] == "self-test: passed (1 variant, 2 samples, outputs match)", ended.stderr
