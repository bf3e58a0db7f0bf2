"""A package of PicoDet, with nothing installed but what it asks for: it proves itself, and draws boxes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from PIL import Image
from workbench.shards import AnnotationWriter, ShardWriter

Ended = subprocess.CompletedProcess[str]
TASK = "object-detection"
RECIPE = {
    "version": 2,
    "task": TASK,
    "head": "nanodet",
    "options": {"shown_from": 0.5},
    "preparation": {
        "resize": "stretch",
        "mean": [123.675, 116.28, 103.53],
        "scale": [58.395, 57.12, 57.375],
        "input": {"name": "image", "width": 320, "height": 320, "channels": 3, "layout": "NCHW"},
    },
}


SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "data"


@pytest.fixture(scope="module")
def made(shared: Path, tmp_path_factory: pytest.TempPathFactory, run_core: Callable[[Path], dict[str, Any]]) -> Path:
    """The folder of a run that has packed it, with two photos as samples."""
    folder = tmp_path_factory.mktemp("detecting") / "run"
    model = folder / "inputs" / "variants" / "fp32" / "model.xml"
    model.parent.mkdir(parents=True)
    ov.save_model(ov.Core().read_model(shared / "models" / "picodet_s_320" / "picodet_s_320_coco.onnx"), model)
    dataset = folder / "inputs" / "dataset"
    dataset.mkdir()
    photos = sorted((shared / "datasets" / "tinycoco" / "images" / "val2017").iterdir())[:2]
    with ShardWriter(dataset) as writer, AnnotationWriter(dataset, [TASK]) as annotations:
        for photo in photos:
            with Image.open(photo) as picture:
                width, height = picture.size
            writer.add(photo.name, photo.read_bytes(), split="evaluation", width=width, height=height)
            annotations.add(photo.name, {TASK: {"things": []}})
        annotations.close({})
    labels = (shared / "models" / "picodet_s_320" / "coco.names").read_text().split("\n")[:80]
    (folder / "spec.json").write_text(
        json.dumps(
            {
                "name": "things",
                "recommended": "fp32",
                "recipe": {**RECIPE, "labels": labels},
                "samples": 2,
                "variants": [{"folder": "fp32", "precision": "FP32"}],
            }
        )
    )
    ended = run_core(folder)
    assert "result" in ended, ended
    return folder


@pytest.fixture
def package(made: Path, unpack: Callable[[Path, Path], Path], tmp_path: Path) -> Path:
    return unpack(made / "outputs" / "package.tar.zst", tmp_path / "unpacked")


def pixels(file: Path) -> np.ndarray:
    with Image.open(file) as picture:
        return np.asarray(picture.convert("RGB"))


def test_it_says_what_is_where_and_draws_it_in_the_pictures_own_size(
    package: Path, run_bare: Callable[..., Ended], tmp_path: Path
) -> None:
    image = sorted(package.glob("samples/*.jpg"))[0]

    ended = run_bare("-m", "workbench.application", str(image), "--draw", str(tmp_path / "drawn"))

    assert ended.returncode == 0, ended.stderr
    score, *words = ended.stdout.splitlines()[1].split()
    assert 50 <= float(score.rstrip("%")) <= 100
    assert words[0].isalpha()
    [drawn] = (tmp_path / "drawn").iterdir()
    before, after = map(pixels, (image, drawn))
    assert before.shape == after.shape
    changed = (before != after).any(axis=2).mean()
    assert 0 < changed < 0.3  # frames and words


def test_it_passes_its_self_test(package: Path, run_bare: Callable[..., Ended]) -> None:
    ended = run_bare(str(package / "selftest.py"), "--seconds", "0")

    assert ended.stdout.splitlines()[-1] == "self-test: passed (1 variant, 2 samples, outputs match)", ended.stderr
