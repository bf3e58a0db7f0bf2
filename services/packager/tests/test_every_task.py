"""Packages of the tasks that have no file of their own here: run with nothing else installed, and drawn."""

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
from workbench.tasks.catalogue import TASKS

Ended = subprocess.CompletedProcess[str]
Case = tuple[str, list[int] | None, dict[str, Any], str]


def preparation(name: str, side: int, layout: str = "NCHW", channels: int = 3, **more: Any) -> dict[str, Any]:
    taken = {"name": name, "width": side, "height": side, "channels": channels, "layout": layout}
    return {"resize": "stretch", "input": taken, **more}


# The model, the shape of its picture where that is open, the recipe, and a picture to run it on.
CASES: dict[str, Case] = {
    "instance-segmentation": (
        "yolo_seg_shapes/yolo_seg_shapes.onnx",
        None,
        {"head": "yolo_seg", "preparation": preparation("images", 160, resize="letterbox", scale=[255] * 3)},
        "shapes_instances/images",
    ),
    "inpainting": (
        "tiny_inpaint/tiny_inpaint.onnx",
        None,
        {
            "options": {"levels": "0..1"},
            "preparation": preparation("image", 64, scale=[255] * 3, resize="keep", multiple=4),
        },
        "sr8/HR",
    ),
    "super-resolution": (
        "fsrcnn/FSRCNN_x2.pb",
        [1, -1, -1, 1],
        {
            "options": {"levels": "0..1"},
            "preparation": preparation("IteratorGetNext:0", 64, "NHWC", 1, color="GRAY", scale=[255], resize="keep"),
        },
        "sr8/LR_x2",
    ),
    "style-transfer": (
        "fns_candy/candy.onnx",
        [1, 3, 720, 720],
        {"preparation": preparation("inputImage", 720, color="BGR")},
        "sr8/HR",
    ),
    "face-recognition": (
        "mobileface_v2/ir_mo2023.3/MobileFace_Identification_V2-0000.xml",
        None,
        {"preparation": preparation("data", 112)},
        "face_pairs/aligned112",
    ),
}
ELSEWHERE = {"classification", "generic", "object-detection", "semantic-segmentation", "facial-landmarks"}


@pytest.fixture
def picture(at_hand: Path | None, tmp_path: Path) -> Callable[[str], Path]:
    """The first of a shared folder, or one that is made."""

    def find(folder: str) -> Path:
        if at_hand is not None:
            return sorted((at_hand / "datasets" / folder).iterdir())[0]
        levels = np.random.default_rng(2).integers(0, 256, (12, 16, 3), np.uint8)
        Image.fromarray(levels).resize((320, 240)).save(tmp_path / "photo.png")
        return tmp_path / "photo.png"

    return find


def test_no_task_is_forgotten() -> None:
    assert {task.name for task in TASKS} == CASES.keys() | ELSEWHERE


@pytest.mark.parametrize("task", CASES)
def test_its_sample_runs_and_its_answer_is_drawn(
    task: str,
    models: Path,
    picture: Callable[[str], Path],
    tmp_path: Path,
    run_core: Callable[[Path], dict[str, Any]],
    unpack: Callable[[Path, Path], Path],
    bare: Callable[..., Ended],
    request: pytest.FixtureRequest,
) -> None:
    file, shape, recipe, pictures = CASES[task]
    if not (models / file).exists():
        request.getfixturevalue("shared")  # none like it is made
    folder = tmp_path / "run"
    target = folder / "inputs" / "variants" / "fp32" / "model.xml"
    target.parent.mkdir(parents=True)
    ov.save_model(sized(ov.Core().read_model(models / file), shape), target, compress_to_fp16=False)
    (folder / "spec.json").write_text(
        json.dumps(
            {
                "name": "one",
                "recommended": "fp32",
                "recipe": {"version": 2, "task": task, **recipe},
                "samples": 1,
                "variants": [{"folder": "fp32", "precision": "FP32"}],
            }
        )
    )
    ended = run_core(folder)
    assert "result" in ended, ended
    package = unpack(folder / "outputs" / "package.tar.zst", tmp_path / "unpacked")
    photo = picture(pictures)

    ran = bare(package, str(photo), "--draw", str(tmp_path / "drawn"))

    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) >= 3
    with Image.open(tmp_path / "drawn" / f"{photo.stem}.png") as drawn, Image.open(photo) as before:
        assert drawn.size != before.size or (np.asarray(drawn) != np.asarray(before.convert("RGB"))).any()


def sized(model: ov.Model, shape: list[int] | None) -> ov.Model:
    """Fixed where it is open."""
    if shape is not None:
        model.reshape(shape)
    return model
