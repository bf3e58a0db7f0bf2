"""Semantic segmentation from a dataset to its figures: the cores know nothing of it but what its room says."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import pytest
from numpy.typing import NDArray
from openvino import opset13 as ops
from PIL import Image
from workbench.tasks.semantic_segmentation.result import ClassMap

Core = Callable[..., Any]
TASK = "semantic-segmentation"
SIDE = 32


def recipe(labels: list[str] | None = None, head: str | None = None, **options: Any) -> dict[str, Any]:
    """Of ``painter``."""
    return {
        "version": 2,
        "task": TASK,
        "labels": labels,
        "head": head,
        "options": options,
        "preparation": {
            "resize": "stretch",
            "scale": [255, 255, 255],
            "input": {"name": "x", "width": SIDE, "height": SIDE, "channels": 3, "layout": "NCHW"},
        },
    }


def painter(classes: int = 4, stride: int = 2) -> ov.Model:
    """Says 0 where the picture is dark, 1, 2 or 3 where it is red, green or blue: by a convolution, for INT8."""
    image = ops.parameter([1, 3, SIDE, SIDE], np.float32, name="x")
    image.output(0).set_names({"x"})
    kernel = np.zeros((classes, 3, 3, 3), np.float32)
    kernel[1:4] = np.eye(3, dtype=np.float32)[:, :, None, None] / 9
    seen = ops.convolution(image, kernel, [stride, stride], [1, 1], [1, 1], [1, 1])
    bias = np.where(np.arange(classes) == 0, 0.3, 0).astype(np.float32).reshape(1, classes, 1, 1)
    logits = ops.add(seen, ops.constant(bias))
    logits.output(0).set_names({"logits"})
    return ov.Model([logits], [image], "painter")


def scene(seed: int, size: tuple[int, int] = (80, 60)) -> tuple[str, bytes, NDArray]:
    """Two rectangles on a dark wall, and what is where."""
    random = np.random.default_rng(seed)
    mask = np.zeros(size[::-1], np.uint8)
    for _ in range(2):
        left, top = random.integers(0, size[0] // 2), random.integers(0, size[1] // 2)
        mask[top : top + 30, left : left + 35] = random.integers(1, 4)
    colors = np.array([[20, 20, 20], [230, 30, 30], [30, 230, 30], [30, 30, 230]], np.uint8)
    file = io.BytesIO()
    noise = random.integers(-15, 16, (*mask.shape, 3))
    Image.fromarray(np.clip(colors[mask] + noise, 0, 255).astype(np.uint8)).save(file, "PNG")
    return f"{seed:02d}.png", file.getvalue(), mask


@pytest.fixture(scope="session")
def walls(make_masked: Callable[..., Path]) -> Path:
    return make_masked([scene(seed) for seed in range(12)], split="evaluation")


def by_name(ended: Any) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in ended.result["metrics"]}


def test_what_the_model_says_is_scored_in_the_images_own_pixels(run_core: Core, save_model: Core, walls: Path) -> None:
    ended = run_core(
        "evaluate", {"recipe": recipe(["wall", "red", "green", "blue"])}, dataset=walls, model=save_model(painter())
    )

    mean_iou, accuracy = by_name(ended)["mean_iou"], by_name(ended)["pixel_accuracy"]
    assert list(by_name(ended)) == ["mean_iou", "pixel_accuracy"]
    assert 0.8 < mean_iou["low"] < mean_iou["value"] < mean_iou["high"] < 1
    assert mean_iou["value"] < accuracy["value"]
    assert mean_iou["n"] == 12
    assert [(part["class"], part["label"]) for part in mean_iou["classes"]] == [
        (0, "wall"),
        (1, "red"),
        (2, "green"),
        (3, "blue"),
    ]
    assert np.mean([part["value"] for part in mean_iou["classes"]]) == pytest.approx(mean_iou["value"])
    line = ended.lines("predictions.jsonl")[0]
    assert set(line) == {"name", "sha256", "mask", "answer", "items"}
    assert np.mean(ClassMap.from_json(line).classes == scene(0)[2]) > 0.9


def test_int8_is_calibrated_and_its_loss_is_paired_over_the_same_images(
    run_core: Core, save_model: Core, walls: Path, make_masked: Callable[..., Path], tmp_path: Path
) -> None:
    model, others = save_model(painter()), make_masked([scene(seed) for seed in range(20, 40)])
    before = run_core("evaluate", {"recipe": recipe()}, model=model, dataset=walls)
    quantized = run_core("quantize", {"recipe": recipe(), "split": "all"}, model=model, dataset=others, exclude=walls)
    int8 = tmp_path / "int8"
    shutil.copytree(quantized.folder / "outputs", int8)

    ended = run_core("evaluate", {"recipe": recipe()}, model=int8, dataset=walls, against=before.folder / "outputs")

    change, mine = by_name(ended)["mean_iou"]["change"], by_name(ended)["mean_iou"]
    assert quantized.result["precision"] == "INT8"
    assert change["value"] == pytest.approx(mine["value"] - by_name(before)["mean_iou"]["value"])
    assert change["n"] == 12
    assert -0.05 < change["low"] <= change["value"] <= change["high"] < 0.05
    assert change["high"] - change["low"] < mine["high"] - mine["low"]
    changed = ended.result["changed_items"]
    assert changed["fixed_n"] + changed["broken_n"] <= 12
    assert changed["differing"] == []


def test_without_masks_the_agreement_with_a_reference_is_measured(
    run_core: Core, save_model: Core, make_masked: Callable[..., Path]
) -> None:
    bare = make_masked([(name, data, None) for name, data, _ in map(scene, range(6))])
    model = save_model(painter())

    ended = run_core("evaluate", {"recipe": recipe(), "split": "all"}, model=model, dataset=bare, reference=model)

    assert [row["metric"] for row in ended.result["metrics"]] == ["mean_iou_agreement"]
    assert by_name(ended)["mean_iou_agreement"]["value"] == 1
    assert by_name(ended)["mean_iou_agreement"]["change"]["value"] == 0


def test_an_output_that_fits_no_head_is_told_with_what_each_head_wants(
    run_core: Core, save_model: Core, walls: Path
) -> None:
    ended = run_core("evaluate", {"recipe": recipe(head="class_map")}, dataset=walls, model=save_model(painter()))

    assert ended.refusal["kind"] == "UnusableOutput"
    detail = ended.refusal["detail"]
    assert "The model's outputs are logits [1, 4, 16, 16]" in detail
    assert "the heads of semantic-segmentation are logits: A number for each class and pixel" in detail
    assert "class_map: The class of each pixel" in detail


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"threshold": 1.5}, "options.threshold"),
        ({"layout": "CHWN"}, "options.layout"),
        ({"label_offset": 255}, "options.label_offset"),
        ({"sigmoid": 1}, "options.sigmoid"),
    ],
)
def test_an_option_out_of_range_is_refused_by_its_name(
    run_core: Core, save_model: Core, walls: Path, options: dict[str, Any], field: str
) -> None:
    ended = run_core("evaluate", {"recipe": recipe(**options)}, dataset=walls, model=save_model(painter()))

    assert (ended.refusal["kind"], ended.refusal["field"]) == ("BadRecipe", field)


def test_a_mask_of_another_size_than_its_image_is_refused_by_name(
    run_core: Core, save_model: Core, make_masked: Callable[..., Path]
) -> None:
    name, data, mask = scene(1)
    dataset = make_masked([scene(0), (name, data, mask[:-1])], split="evaluation")

    ended = run_core("evaluate", {"recipe": recipe()}, dataset=dataset, model=save_model(painter()))

    assert (ended.refusal["kind"], ended.refusal["file"]) == ("BadDataset", name)
    assert "the mask is 80×59, the image 80×60 pixels" in ended.refusal["detail"]


def test_a_class_that_the_model_does_not_have_is_named(
    run_core: Core, save_model: Core, make_masked: Callable[..., Path]
) -> None:
    name, data, mask = scene(1)
    dataset = make_masked([(name, data, np.where(mask == 0, np.uint8(7), mask))], split="evaluation")

    refused = run_core("evaluate", {"recipe": recipe()}, dataset=dataset, model=save_model(painter()))
    ignored = run_core("evaluate", {"recipe": recipe(ignore_label=7)}, dataset=dataset, model=save_model(painter()))

    assert (refused.refusal["kind"], refused.refusal["label"], refused.refusal["classes"]) == ("LabelOutOfRange", 7, 4)
    assert "the model has 4 classes, so 0 to 3 are accepted" in refused.refusal["detail"]
    assert by_name(ignored)["pixel_accuracy"]["value"] > 0.9


def test_a_dataset_of_another_task_is_refused_with_what_it_serves(
    run_core: Core, save_model: Core, make_dataset: Callable[..., Path]
) -> None:
    dataset = make_dataset([(name, data, 0) for name, data, _ in map(scene, range(3))], split="evaluation")

    ended = run_core("evaluate", {"recipe": recipe()}, dataset=dataset, model=save_model(painter()))

    assert ended.refusal["kind"] == "NotMeasurable"
    assert "has annotations for classification, none for semantic-segmentation" in ended.refusal["detail"]


def test_masks_that_judge_no_pixel_give_no_figure(
    run_core: Core, save_model: Core, make_masked: Callable[..., Path]
) -> None:
    nothing = [(name, data, np.full_like(mask, 255)) for name, data, mask in map(scene, range(6))]

    ended = run_core(
        "evaluate", {"recipe": recipe()}, dataset=make_masked(nothing, split="evaluation"), model=save_model(painter())
    )

    assert ended.result["metrics"] == []
