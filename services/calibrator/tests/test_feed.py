"""What is known of images lies as a recipe turns them, and no photo is read for what turning does not change."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from workbench.calibrator import feed
from workbench.shards import read_index
from workbench.tasks.computing import computing_of
from workbench.tasks.recipe import Recipe

BOXES = "object-detection"
PREPARATION = {
    "resize": "stretch",
    "orientation": "exif",
    "input": {"name": "in0", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
}


def photo(orientation: int, size: tuple[int, int] = (20, 10)) -> bytes:
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.new("RGB", size, (90, 60, 30)).save(file, "JPEG", exif=exif)
    return file.getvalue()


def known(dataset: Path, task: str) -> dict[str, Any]:
    computing, recipe = computing_of(task), Recipe.from_json({"version": 2, "task": task, "preparation": PREPARATION})
    assert computing is not None
    found = feed.read_annotations(dataset, recipe, computing.annotation, read_index(dataset))
    return {name: computing.annotation.to_json(each) for name, each in found.items()}


def test_a_label_is_known_without_a_look_at_its_photo(make_dataset: Callable[..., Path]) -> None:
    dataset = make_dataset([("a.jpg", photo(6), 3), ("b.jpg", photo(1), 4)])
    shutil.rmtree(dataset / "shards")

    assert {name: each["label"] for name, each in known(dataset, "classification").items()} == {"a.jpg": 3, "b.jpg": 4}


def test_a_box_turns_with_its_photo(make_annotated: Callable[..., Path]) -> None:
    things = {"things": [{"class": 0, "box": [0, 0, 5, 2]}]}
    dataset = make_annotated(BOXES, [("up.jpg", photo(1), things), ("side.jpg", photo(6), things)])

    found = known(dataset, BOXES)

    assert found["up.jpg"]["things"][0]["box"] == [0, 0, 5, 2]
    assert found["side.jpg"]["things"][0]["box"] == [8, 0, 10, 5]
