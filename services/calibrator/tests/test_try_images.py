"""A model asked about a few images: what it says, drawn, and where it looked."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from openvino import opset13 as ops
from PIL import Image
from workbench.application.loading import load, prepare_picture
from workbench.calibrator import feed, importance
from workbench.tasks.computing import computing_of

SIDE = 32
RECIPE = {
    "version": 2,
    "task": "classification",
    "labels": ["dark", "left", "right"],
    "options": {"top_k": 2},
    "preparation": {
        "resize": "stretch",
        "scale": [255, 255, 255],
        "input": {"name": "x", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
    },
}


def sides() -> ov.Model:
    """Three classes: nothing is bright, the left half is, the right half is. A score is the mean of a half."""
    image = ops.parameter([1, 3, SIDE, SIDE], np.float32, name="x")
    image.output(0).set_names({"x"})
    weights = np.zeros((3, 3, SIDE, SIDE), np.float32)
    weights[1, :, :, : SIDE // 2] = weights[2, :, :, SIDE // 2 :] = 2 / (3 * SIDE * SIDE)
    flat = ops.reshape(image, ops.constant([1, -1]), False)
    seen = ops.matmul(flat, ops.constant(weights.reshape(3, -1)), False, True)
    scores = ops.add(seen, ops.constant(np.array([[0.1, 0, 0]], np.float32)))
    scores.output(0).set_names({"scores"})
    return ov.Model([scores], [image], "sides")


def picture(bright: str) -> bytes:
    pixels = np.full((40, 60, 3), 10, np.uint8)
    pixels[:, : 30 if bright == "left" else 0] = 250
    pixels[:, 30 if bright == "right" else 60 :] = 250
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def three(make_dataset: Callable[..., Path]) -> Path:
    """Pictures without labels."""
    return make_dataset([(f"{side}.png", picture(side), None) for side in ("left", "right", "none")])


def test_each_image_gets_its_answer_in_lines_in_json_and_drawn(
    run_core: Callable[..., Any], save_model: Callable[[ov.Model], Path], three: Path
) -> None:
    ended = run_core(
        "try_images", {"recipe": RECIPE, "images": ["right.png", "left.png"]}, model=save_model(sides()), dataset=three
    )
    images = ended.result["images"]
    assert [each["name"] for each in images] == ["right.png", "left.png"]
    assert [each["lines"][0].split()[-1] for each in images] == ["right", "left"]
    assert [line["result"]["top"][0][0] for line in ended.lines("results.jsonl")] == [2, 1]
    with Image.open(ended.folder / "outputs" / images[0]["drawing"]) as drawn:
        assert drawn.size == (240, 160)  # magnified, to be written on
    assert images[0]["importance"] is None


def test_without_names_the_first_images_are_tried(
    run_core: Callable[..., Any], save_model: Callable[[ov.Model], Path], three: Path
) -> None:
    ended = run_core("try_images", {"recipe": RECIPE}, model=save_model(sides()), dataset=three)
    assert len(ended.result["images"]) == 3


def test_a_name_that_the_dataset_does_not_have_is_refused_with_some_that_it_has(
    run_core: Callable[..., Any], save_model: Callable[[ov.Model], Path], three: Path
) -> None:
    refusal = run_core(
        "try_images", {"recipe": RECIPE, "images": ["up.png"]}, model=save_model(sides()), dataset=three
    ).refusal
    assert refusal["field"] == "images"
    assert "up.png" in refusal["detail"]
    assert "left.png" in refusal["detail"]


def test_where_a_model_looked_is_refused_for_a_task_that_can_not_tell(
    run_core: Callable[..., Any], save_model: Callable[[ov.Model], Path], three: Path
) -> None:
    recipe = {**RECIPE, "task": "generic", "options": {}}
    refusal = run_core(
        "try_images", {"recipe": recipe, "importance": True}, model=save_model(sides()), dataset=three
    ).refusal
    assert refusal["field"] == "importance"


def test_a_task_without_meaning_tells_the_outputs(
    run_core: Callable[..., Any], save_model: Callable[[ov.Model], Path], three: Path
) -> None:
    recipe = {**RECIPE, "task": "generic", "options": {}}
    result = run_core("try_images", {"recipe": recipe}, model=save_model(sides()), dataset=three).result
    assert result["images"][0]["lines"] == ["scores: shape [1, 3], float32"]


@pytest.mark.parametrize("side", ["left", "right"])
def test_what_the_answer_hung_on_is_where_the_light_was(side: str) -> None:
    recipe = feed.read_recipe(RECIPE)
    model = load(sides(), "CPU", {}, recipe)
    task = computing_of("classification")
    assert task is not None
    image = Image.open(io.BytesIO(picture(side)))
    arrays, fitted = prepare_picture(image, model)
    head = task.running.head(recipe)
    assert head is not None
    whole = head.read({"scores": model.compiled(arrays)[0]}, recipe, fitted)
    warmth = importance.of(image, model, whole, task)
    left, right = warmth[:, :30].mean(), warmth[:, 30:].mean()
    assert warmth.min() == 0
    assert warmth.max() == 1
    assert (left > right + 0.2) if side == "left" else (right > left + 0.2)
