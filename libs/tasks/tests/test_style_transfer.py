"""Style transfer: how like two pictures are, how outputs become a picture, and which models are taken for it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.preprocess import fit
from workbench.tasks import likeness
from workbench.tasks.catalogue import check
from workbench.tasks.default_recipe import NoDefaultRecipe, default_recipe
from workbench.tasks.guess import LIKELY, POSSIBLE
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.recipe import VERSION, BadRecipe, Recipe
from workbench.tasks.style_transfer import options
from workbench.tasks.style_transfer.heads import picture

SIDE = 16
PICTURE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8)


def recipe(width: int = SIDE, resize: str = "stretch", color: str = "RGB", **chosen: object) -> Recipe:
    taken = {"name": "x", "width": width, "height": SIDE, "channels": 3, "layout": "NCHW"}
    return check(
        Recipe.from_json(
            {
                "version": VERSION,
                "task": "style-transfer",
                "labels": None,
                "options": chosen,
                "preparation": {"resize": resize, "color": color, "input": taken},
            }
        )
    )


def facts(shape: list[Any], name: str = "net.onnx", operations: tuple[str, ...] = ("Add",)) -> dict[str, Any]:
    tensor = {"name": "x", "shape": [1, 3, SIDE, SIDE], "layout": "NCHW", "element_type": "f32"}
    out = {"name": "y", "shape": shape, "element_type": "f32", "operations": list(operations)}
    return {"inputs": [tensor], "outputs": [out], "source_files": [name]}


def window_by_window(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Wang's formula as it is written, of every window that lies inside."""
    ramp = np.exp(-(np.arange(-5, 6) ** 2) / (2 * 1.5**2))
    weights = np.outer(ramp, ramp) / ramp.sum() ** 2
    found = []
    for row in range(one.shape[0] - 10):
        for column in range(one.shape[1] - 10):
            mine, theirs = (each[row : row + 11, column : column + 11] for each in (one, other))
            a, b = (float((weights * each).sum()) for each in (mine, theirs))
            va, vb = ((weights * (each - mean) ** 2).sum() for each, mean in ((mine, a), (theirs, b)))
            both = (weights * (mine - a) * (theirs - b)).sum()
            c1, c2 = 2.55**2, 7.65**2
            found.append((2 * a * b + c1) * (2 * both + c2) / ((a * a + b * b + c1) * (va + vb + c2)))
    return float(np.mean(found))


def test_ssim_is_wangs_formula_of_every_window_and_channel() -> None:
    noisy = (PICTURE * 0.8 + 20).astype(np.uint8)

    wanted = np.mean([window_by_window(PICTURE[..., c].astype(float), noisy[..., c].astype(float)) for c in range(3)])

    assert likeness.ssim(PICTURE, noisy) == pytest.approx(wanted, abs=1e-9)
    assert likeness.ssim(PICTURE, PICTURE) == 1
    assert likeness.ssim(PICTURE[:10], noisy[:10]) is None


def test_psnr_is_of_the_mean_square_and_ends_at_a_hundred() -> None:
    base = np.full((4, 4, 3), 100, np.uint8)

    assert likeness.psnr(base, base + np.uint8(10)) == pytest.approx(20 * math.log10(25.5))
    assert likeness.psnr(base, base) == 100


def test_variants_are_compared_by_a_share_as_limits_in_points_need() -> None:
    assert (options.METRICS[0].name, options.METRICS[0].unit) == ("ssim_agreement", "share")


@pytest.mark.parametrize(
    ("levels", "numbers"),
    [
        ("0..255", PICTURE.astype(np.float32)),
        ("0..1", PICTURE / np.float32(255)),
        ("-1..1", PICTURE / np.float32(127.5) - 1),
    ],
)
def test_a_picture_is_read_in_either_layout_and_range(levels: str, numbers: NDArray[np.float32]) -> None:
    given = recipe(levels=levels)
    fitted = fit(Image.fromarray(PICTURE), given.preparation)

    for output in (numbers[None], numbers.transpose(2, 0, 1)[None]):
        assert (picture.read({"y": output}, given, fitted).levels == PICTURE).all()


def test_what_is_beyond_the_range_is_cut_off_and_colours_follow_the_inputs_order() -> None:
    given = recipe(color="BGR")
    bright = np.tile(np.array([300.0, 20.0, -40.0], np.float32), (1, SIDE, SIDE, 1))

    read = picture.read({"y": bright}, given, fit(Image.fromarray(PICTURE), given.preparation)).levels

    assert read[0, 0].tolist() == [0, 20, 255]


def test_a_letterboxed_picture_comes_back_without_its_frame() -> None:
    given = recipe(width=2 * SIDE, resize="letterbox")
    output = np.full((1, SIDE, 2 * SIDE, 3), 9, np.float32)
    output[:, :, SIDE // 2 : -SIDE // 2] = PICTURE

    read = picture.read({"y": output}, given, fit(Image.fromarray(PICTURE), given.preparation))

    assert (read.levels == PICTURE).all()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (np.zeros((1, 3, 8, 8), np.float32), "as large as the input"),
        (np.full((1, 3, SIDE, SIDE), np.nan, np.float32), "not finite"),
    ],
)
def test_what_is_no_picture_is_refused_in_words(output: NDArray[np.float32], words: str) -> None:
    given = recipe()
    with pytest.raises(ValueError, match=words):
        picture.read({"y": output}, given, fit(Image.fromarray(PICTURE), given.preparation))


def test_a_picture_as_large_as_the_input_may_be_a_style_and_is_likely_one_by_its_name() -> None:
    shape = [1, 3, SIDE, SIDE]
    sure = {
        name: found.sure
        for name in ("net.onnx", "candy.onnx")
        if (found := options.guess(ModelFacts(facts(shape, name)), None))
    }

    assert sure == {"net.onnx": POSSIBLE, "candy.onnx": LIKELY}
    assert options.guess(ModelFacts(facts([1, 3, 2 * SIDE, 2 * SIDE])), None) is None
    assert options.guess(ModelFacts(facts(shape, operations=("Softmax",))), None) is None


def test_of_open_sizes_the_name_alone_says_that_it_is_a_style_and_pictures_keep_theirs() -> None:
    sides: list[Any] = [1, 3, None, None]
    known = {
        name: {**facts(sides, name), "inputs": [{**facts(sides)["inputs"][0], "shape": sides}]}
        for name in ("candy.onnx", "net.onnx")
    }

    assert options.guess(ModelFacts(known["net.onnx"]), None) is None
    made = default_recipe(known["candy.onnx"], None, {})
    assert (made.task, made.preparation.resize, made.preparation.input.width) == ("style-transfer", "keep", 256)
    fixed = default_recipe(known["candy.onnx"], None, {"width": 64, "height": 48})
    assert (fixed.preparation.resize, fixed.preparation.input.width) == ("stretch", 64)


def test_only_where_the_size_is_open_and_the_task_draws_a_picture_do_pictures_keep_their_size() -> None:
    shape = [1, 3, SIDE, SIDE]
    with pytest.raises(NoDefaultRecipe, match="must be open") as refused:
        default_recipe(facts(shape, "candy.onnx"), None, {"resize": "keep"})
    assert refused.value.field == "resize"
    with pytest.raises(BadRecipe, match="stretch, crop or letterbox for classification"):
        check(replace(recipe(resize="keep"), task="classification", options={}))


@pytest.mark.parametrize(
    ("shape", "overrides", "field"), [([1, 3, 8, 8], {}, "head"), ([1, 3, SIDE, SIDE], {"resize": "crop"}, "resize")]
)
def test_what_the_facts_contradict_is_refused_with_its_field(
    shape: list[int], overrides: dict[str, object], field: str
) -> None:
    with pytest.raises(NoDefaultRecipe) as refused:
        default_recipe(facts(shape), None, {"task": "style-transfer", **overrides})
    assert refused.value.field == field
