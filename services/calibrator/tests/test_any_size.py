"""Pictures that keep their size: models that leave height and width open are fed each as large as it is."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
import psutil
import pytest
from openvino import opset13 as ops
from PIL import Image
from workbench.application.loading import infer, load, prepare_picture
from workbench.imaging.pictures import encode_picture
from workbench.tasks.catalogue import check
from workbench.tasks.recipe import Recipe

Core = Callable[..., Any]
SIZES = ((40, 24), (24, 40), (33, 57), (64, 48), (25, 26), (48, 31))  # width, height


def recipe(task: str, resize: str = "keep", **more: Any) -> dict[str, Any]:
    taken = {"name": "x", "width": 32, "height": 32, "channels": 3, "layout": "NCHW"}
    return {"version": 2, "task": task, "preparation": {"resize": resize, "input": taken} | more}


def by_name(ended: Any) -> dict[str, dict[str, Any]]:
    return {row["metric"]: row for row in ended.result["metrics"]}


def smooth(size: tuple[int, int], seed: int) -> Image.Image:
    blocks = Image.fromarray(np.random.default_rng(seed).integers(0, 256, (4, 4, 3), np.uint8))
    return blocks.resize(size, Image.Resampling.BICUBIC)


def file_of(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def pairs(make_annotated: Callable[..., Path]) -> Path:
    """Pictures of six sizes, each with itself twice as large: every pixel four times."""
    images = []
    for seed, size in enumerate(SIZES):
        small = smooth(size, seed)
        large = np.asarray(small).repeat(2, axis=0).repeat(2, axis=1)
        images.append((f"{seed}.png", file_of(small), {"picture": encode_picture(large)}))
    return make_annotated("super-resolution", images, split="evaluation")


def doubling(height: int = -1, width: int = -1) -> ov.Model:
    taken = ops.parameter([1, 3, height, width], np.float32, name="x")
    taken.output(0).set_names({"x"})
    weights = np.repeat(np.eye(3, dtype=np.float32), 4, axis=0)[:, :, None, None]
    out = ops.depth_to_space(ops.convolution(taken, weights, [1, 1], [0, 0], [0, 0], [1, 1]), "depth_first", 2)
    out.output(0).set_names({"y"})
    return ov.Model([out], [taken], "doubling")


def halving() -> ov.Model:
    """As U-shaped networks do: what is halved and doubled again is laid beside the input, which even sides allow."""
    taken = ops.parameter([1, 3, -1, -1], np.float32, name="x")
    taken.output(0).set_names({"x"})
    kernel = np.eye(3, dtype=np.float32)[:, :, None, None] * np.full((1, 1, 2, 2), 0.25, np.float32)
    halved = ops.convolution(taken, kernel, [2, 2], [0, 0], [1, 1], [1, 1])
    doubled = ops.interpolate(halved, np.array([2.0, 2.0], np.float32), "nearest", "scales", axes=np.array([2, 3]))
    both = ops.concat([taken, doubled], 1)
    mix = np.concatenate([np.eye(3), np.zeros((3, 3))], 1).astype(np.float32)[:, :, None, None]
    out = ops.convolution(both, mix, [1, 1], [0, 0], [0, 0], [1, 1])
    out.output(0).set_names({"y"})
    return ov.Model([out], [taken], "halving")


def test_pictures_of_any_size_are_scored_tried_and_calibrated_with(
    run_core: Core, save_model: Core, pairs: Path
) -> None:
    model, given = save_model(doubling()), recipe("super-resolution")

    scored = by_name(run_core("evaluate", {"recipe": given}, model=model, dataset=pairs, reference=model))
    tried = run_core("try_images", {"recipe": given}, model=model, dataset=pairs)
    quantized = run_core("quantize", {"recipe": given, "split": "all"}, model=model, dataset=pairs)
    int8 = run_core("evaluate", {"recipe": given}, model=quantized.folder / "outputs", dataset=pairs)

    assert [scored[name]["value"] for name in ("ssim", "psnr", "ssim_agreement")] == [1, 100, 1]
    assert [image["lines"] for image in tried.result["images"]] == [
        [f"a picture of {2 * width}×{2 * height} pixels, 2 times as large"] for width, height in SIZES
    ]
    assert quantized.result["precision"] == "INT8"
    assert by_name(int8)["psnr"]["value"] > 35


def test_a_size_that_the_model_can_not_take_is_refused_by_file_and_mended_by_a_multiple(
    run_core: Core, save_model: Core, make_dataset: Callable[..., Path]
) -> None:
    images = make_dataset(
        [(f"{seed}.png", file_of(smooth(size, seed)), None) for seed, size in enumerate(SIZES)], split="evaluation"
    )
    model = save_model(halving())

    refused = [
        run_core(core, {"recipe": recipe("style-transfer")}, model=model, dataset=images, **beside).refusal
        for core, beside in (("evaluate", {"reference": model}), ("try_images", {}))
    ]
    padded = recipe("style-transfer", multiple=2)
    scored = by_name(run_core("evaluate", {"recipe": padded}, model=model, dataset=images, reference=model))
    tried = run_core("try_images", {"recipe": padded}, model=model, dataset=images)

    for refusal in refused:
        assert (refusal["kind"], refusal["file"]) == ("InputMismatch", "2.png")
        assert "33" in refusal["detail"]
        assert "keep:8" in refusal["detail"]
    assert scored["psnr_agreement"]["value"] == 100
    with Image.open(tried.folder / "outputs" / tried.result["images"][2]["drawing"]) as drawn:
        assert drawn.size == SIZES[2]
        assert (np.asarray(drawn) == np.asarray(smooth(SIZES[2], 2))).all()


def test_a_model_of_one_size_is_refused_with_what_to_do(run_core: Core, save_model: Core, pairs: Path) -> None:
    refusal = run_core(
        "evaluate", {"recipe": recipe("super-resolution")}, model=save_model(doubling(32, 32)), dataset=pairs
    ).refusal

    assert (refusal["kind"], refusal["field"]) == ("InputMismatch", "resize")
    assert "must be open" in refusal["detail"]


def test_memory_settles_though_every_picture_has_another_size(shared: Path) -> None:
    model = ov.Core().read_model(shared / "models" / "fsrcnn" / "FSRCNN_x2.pb")
    model.reshape([1, -1, -1, 1])
    taken = {"name": "IteratorGetNext:0", "width": 64, "height": 64, "channels": 1, "layout": "NHWC"}
    loaded = load(model, "CPU", {}, check(Recipe.from_json(recipe("super-resolution", color="GRAY", input=taken))))
    drawn = np.random.default_rng(0)

    def resident_mb() -> float:
        for width, height in drawn.integers(60, 120, (100, 2)):
            infer(loaded, prepare_picture(Image.new("RGB", (int(width), int(height))), loaded)[0])
        return float(psutil.Process().memory_info().rss / 2**20)

    settled = resident_mb()

    assert resident_mb() - settled < 35  # the CPU's own way takes 65 MB more
