"""Super-resolution: luma and borders, how outputs become a larger picture, and which models are taken for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.imaging.pictures import encode_picture
from workbench.imaging.preprocess import fit
from workbench.tasks import likeness
from workbench.tasks.catalogue import check
from workbench.tasks.computing import computing_of
from workbench.tasks.default_recipe import NoDefaultRecipe, default_recipe
from workbench.tasks.guess import LIKELY
from workbench.tasks.guesses import guesses, settled
from workbench.tasks.recipe import VERSION, Recipe
from workbench.tasks.redrawn.annotation import Wanted
from workbench.tasks.scoring import Scored
from workbench.tasks.super_resolution import annotation, feed, metrics
from workbench.tasks.super_resolution.heads import picture

SIDE = 16
SMALL = Image.fromarray(np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8))
LARGE = np.asarray(SMALL.resize((2 * SIDE, 2 * SIDE), Image.Resampling.BICUBIC))


def recipe(channels: int = 3, resize: str = "stretch", **chosen: object) -> Recipe:
    taken = {"name": "x", "width": SIDE, "height": SIDE, "channels": channels, "layout": "NCHW"}
    color = "GRAY" if channels == 1 else "RGB"
    return check(
        Recipe.from_json(
            {
                "version": VERSION,
                "task": "super-resolution",
                "labels": None,
                "options": chosen,
                "preparation": {"resize": resize, "color": color, "input": taken},
            }
        )
    )


def tensor(name: str, shape: list[Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "shape": shape, "layout": "NCHW", "element_type": "f32", **more}


def facts(
    out: list[Any], *inputs: list[Any], operations: tuple[str, ...] = ("Add",), name: str = "net"
) -> dict[str, Any]:
    return {
        "inputs": [tensor(f"in{number}", shape) for number, shape in enumerate(inputs)],
        "source_files": [name],
        "outputs": [tensor("y", out, operations=list(operations))],
    }


def test_luma_is_that_of_bt_601_between_16_and_235() -> None:
    colours = np.array([[[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)

    assert likeness.luma(colours)[0, :, 0] == pytest.approx([16, 235, 81.481, 144.553, 40.966])


def test_as_many_pixels_as_the_scale_do_not_count_along_the_borders() -> None:
    wrong = LARGE.copy()
    wrong[:2], wrong[-2:], wrong[:, :2], wrong[:, -2:] = 0, 0, 0, 0
    scored = Scored("a", "0", picture.Upscaled.of(LARGE, SMALL), Wanted(encode_picture(wrong)), None, recipe().options)

    assert [metric.item(scored) for metric in metrics.METRICS[:2]] == [1.0, 100.0]


@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_a_larger_picture_is_read_in_either_layout(layout: str) -> None:
    output = LARGE.astype(np.float32)[None]
    given = recipe()

    read = picture.read(
        {"y": output.transpose(0, 3, 1, 2) if layout == "NCHW" else output}, given, fit(SMALL, given.preparation)
    )

    assert (read.levels == LARGE).all()
    assert (read.plain() == LARGE).all()
    assert read.scale == 2


def test_the_colours_beside_a_luma_are_those_of_bicubic_upscaling() -> None:
    given = recipe(channels=1, levels="0..1")
    luma = np.asarray(Image.fromarray(LARGE).convert("L"), np.float32)[None, None] / 255

    read = picture.read({"y": luma}, given, fit(SMALL, given.preparation)).levels

    assert np.abs(read.astype(int) - LARGE).mean() < 2  # chroma was rounded before it was enlarged
    assert np.abs(np.asarray(Image.fromarray(read).convert("L"), int) - luma[0, 0] * 255).mean() < 1


def test_a_picture_that_was_stretched_into_the_input_comes_back_in_its_own_proportions() -> None:
    given = recipe()
    wide = SMALL.resize((24, 12))

    assert picture.read({"y": LARGE[None].astype(np.float32)}, given, fit(wide, given.preparation)).levels.shape == (
        24,
        48,
        3,
    )


@pytest.mark.parametrize(
    ("shape", "words"),
    [((1, 3, SIDE, SIDE), "larger than the input"), ((1, 1, 32, 32), r"\[1, 3, height, width\]"), ((1, 9), "shape")],
)
def test_what_is_no_larger_picture_is_refused_in_words(shape: tuple[int, ...], words: str) -> None:
    given = recipe()
    with pytest.raises(ValueError, match=words):
        picture.read({"y": np.zeros(shape, np.float32)}, given, fit(SMALL, given.preparation))


def test_a_second_input_gets_the_bicubic_upscaling_prepared_alike() -> None:
    given = recipe()
    shapes = feed.shapes(given, [(1, 3, SIDE, SIDE), (None, 3, 48, 64)])

    first, second = feed.arrays(given, fit(SMALL, given.preparation), shapes)

    assert (first[0].transpose(1, 2, 0) == np.asarray(SMALL)).all()
    assert (second[0].transpose(1, 2, 0) == np.asarray(SMALL.resize((64, 48), Image.Resampling.BICUBIC))).all()


@pytest.mark.parametrize("second", [(1, 1, 48, 64), (1, 3, None, 64), (1, 9), None])
def test_a_second_input_that_no_upscaling_fits_is_refused_in_words(second: tuple[int | None, ...] | None) -> None:
    with pytest.raises(ValueError, match=r"takes the upscaled picture, \[1, 3, height, width\]; convert"):
        feed.shapes(recipe(), [(1, 3, SIDE, SIDE), second])


@pytest.mark.parametrize(
    ("size", "fine"),
    [((32, 32), True), ((33, 31), True), ((48, 48), True), ((16, 16), False), ((32, 48), False), ((34, 32), False)],
)
def test_a_high_resolution_is_a_whole_number_of_times_as_large(size: tuple[int, int], fine: bool) -> None:
    wanted = Wanted(encode_picture(np.zeros((size[1], size[0], 3), np.uint8)))

    assert (annotation.faults(wanted, SIDE, SIDE, None) == []) is fine


def test_bicubic_upscaling_stands_beside_a_score_with_the_gain_over_it() -> None:
    task = computing_of("super-resolution")
    assert task is not None
    better = np.clip(LARGE.astype(int) + 9, 0, 255).astype(np.uint8)
    images = [
        Scored(str(n), "0", picture.Upscaled.of(better, SMALL), Wanted(encode_picture(better)), None, recipe().options)
        for n in range(6)
    ]

    said = task.metrics[0].belief(images)

    assert said["chance"] < 1 == task.metrics[0].total([task.metrics[0].item(each) for each in images]).value
    assert said["over_chance"]["low"] > 0


@pytest.mark.parametrize(
    ("given", "pictures"),
    [
        (facts([1, 3, 448, 448], [1, 3, 224, 224]), ()),
        (facts([1, 1, 447, 447], [1, 1, 224, 224]), ()),
        (facts([1, 3, 1080, 1920], [1, 3, 270, 480], [1, 3, 1080, 1920]), ("in0", "in1")),
        (facts([1, 3, 1080, 1920], [1, 3, 1080, 1920], [1, 3, 270, 480]), ("in1", "in0")),
        (facts([-1, 1, -1, -1], [-1, -1, -1, -1], operations=("Add", "DepthToSpace")), ()),
        (facts([-1, 3, -1, -1], [-1, 3, -1, -1], name="edsr_x4.onnx"), ()),
    ],
)
def test_who_makes_a_picture_larger_is_likely_super_resolution(
    given: dict[str, Any], pictures: tuple[str, ...]
) -> None:
    best = settled(guesses(given))

    assert best is not None
    assert (best.task, best.guess.sure, best.guess.pictures) == ("super-resolution", LIKELY, pictures)


@pytest.mark.parametrize(
    "given",
    [
        facts([1, 3, 224, 224], [1, 3, 224, 224]),
        facts([1, 21, 448, 448], [1, 3, 224, 224]),
        facts([1, 3, 448, 448], [1, 3, 224, 224], operations=("Softmax",)),
        facts([1, 3, 448, 448], [1, 3, 224, 224], [1, 3, 300, 300]),
        facts([1, 1000], [1, 3, 224, 224]),
    ],
)
def test_who_does_not_is_not(given: dict[str, Any]) -> None:
    assert "super-resolution" not in [each.task for each in guesses(given)]


def test_the_recipe_of_a_model_of_two_inputs_is_for_the_smaller_one() -> None:
    given = facts([1, 3, 1080, 1920], [1, 3, 1080, 1920], [1, 3, 270, 480])

    assert default_recipe(given, None, {}).preparation.input.name == "in1"


@pytest.mark.parametrize(
    ("out", "overrides", "field"),
    [([1, 3, 8, 8], {}, "head"), ([1, 3, 32, 32], {"resize": "crop"}, "resize"), ([1, 9], {}, "head")],
)
def test_what_the_facts_contradict_is_refused_with_its_field(
    out: list[int], overrides: dict[str, object], field: str
) -> None:
    with pytest.raises(NoDefaultRecipe) as refused:
        default_recipe(facts(out, [1, 3, SIDE, SIDE]), None, {"task": "super-resolution", **overrides})
    assert refused.value.field == field
