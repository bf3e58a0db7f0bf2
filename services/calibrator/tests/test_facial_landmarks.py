"""Landmarks from cut faces to their error: the shared network on the shared faces, in floats and in INT8."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from PIL import Image

Core = Callable[..., Any]
TASK = "facial-landmarks"
RECIPE = {
    "version": 2,
    "task": TASK,
    "head": "points",
    "options": {"order": "xyz", "units": "pixels"},
    "preparation": {
        "resize": "stretch",
        "scale": [255, 255, 255],
        "input": {"name": "input_1", "width": 192, "height": 192, "channels": 3, "layout": "NHWC"},
    },
}


def face(file: Path, points: Any) -> tuple[bytes, dict[str, Any]]:
    """The square around the points, 1.5 times as wide as they reach, and where they lie in it."""
    there = np.array(points, float)
    middle, half = (there.min(0) + there.max(0)) / 2, 0.75 * np.ptp(there, axis=0).max()
    left, top = np.floor(middle - half).astype(int).tolist()
    right, bottom = np.ceil(middle + half).astype(int).tolist()
    kept = io.BytesIO()
    with Image.open(file) as photo:
        photo.crop((left, top, right, bottom)).save(kept, "PNG")
    return kept.getvalue(), {"points": (there - [left, top]).tolist()}


@pytest.fixture(scope="session")
def faces(shared: Path, make_annotated: Callable[..., Path]) -> Path:
    """Forty-three with 68 points each."""
    folder = shared / "datasets" / "landmarks_dlib68"
    listed = json.loads((folder / "landmarks.json").read_text())
    return make_annotated(
        TASK,
        [(f"{number:02d}.png", *face(folder / each["file"], each["points"])) for number, each in enumerate(listed)],
        "evaluation",
    )


@pytest.fixture(scope="session")
def mesh(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 468 points."""
    folder = tmp_path_factory.mktemp("mesh")
    file = shared / "models" / "mediapipe_face_landmark" / "face_landmark.tflite"
    ov.save_model(ov.Core().read_model(file), folder / "model.xml", compress_to_fp16=False)
    return folder


def by_name(ended: Any) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in ended.result["metrics"]}


def test_the_error_it_is_known_by_is_found_again_and_int8_is_compared_face_by_face(
    run_core: Core, mesh: Path, faces: Path, tmp_path: Path
) -> None:
    before = run_core("evaluate", {"recipe": RECIPE}, model=mesh, dataset=faces)
    quantized = run_core("quantize", {"recipe": RECIPE, "split": "all"}, model=mesh, dataset=faces)
    shutil.copytree(quantized.folder / "outputs", tmp_path / "int8")

    ended = run_core(
        "evaluate", {"recipe": RECIPE}, model=tmp_path / "int8", dataset=faces, against=before.folder / "outputs"
    )

    found, change = by_name(before)["nme"], by_name(ended)["nme"]["change"]
    print(f"nme {found['value']:.4f}, INT8 {by_name(ended)['nme']['value']:.4f}, {change}")
    assert found["value"] == pytest.approx(0.058, abs=0.002)
    assert found["low"] < 0.058 < found["high"]
    assert found["n"] == 43
    assert quantized.result["precision"] == "INT8"
    assert change["n"] == 43
    assert change["low"] <= change["value"] <= change["high"]
    assert change["value"] == pytest.approx(by_name(ended)["nme"]["value"] - found["value"])


def test_points_of_a_set_that_the_model_lacks_are_refused(
    run_core: Core, mesh: Path, faces: Path, make_annotated: Callable[..., Path]
) -> None:
    data = io.BytesIO()
    Image.new("RGB", (20, 20)).save(data, "PNG")
    seven = make_annotated(TASK, [("a.png", data.getvalue(), {"points": [[n, n] for n in range(7)]})], "evaluation")

    ended = run_core("evaluate", {"recipe": RECIPE}, model=mesh, dataset=seven)

    assert ended.refusal["detail"].startswith("a.png has 7 points, the model 468; only sets of 5, 68")
