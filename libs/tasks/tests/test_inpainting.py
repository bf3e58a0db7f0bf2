"""Inpainting: which holes there are, what goes in, what is judged, and which models are taken for it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image
from workbench.imaging.preprocess import fit
from workbench.tasks import likeness
from workbench.tasks.catalogue import check
from workbench.tasks.computing import computing_of
from workbench.tasks.default_recipe import NoDefaultRecipe, default_recipe
from workbench.tasks.guess import LIKELY, POSSIBLE
from workbench.tasks.guesses import guesses, served
from workbench.tasks.inpainting import feed, metrics
from workbench.tasks.inpainting.draw import draw
from workbench.tasks.inpainting.heads import picture
from workbench.tasks.inpainting.holes import missing
from workbench.tasks.recipe import VERSION, Recipe
from workbench.tasks.scoring import Scored

SIDE = 48
IMAGE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3), np.uint8))
OTHER = Image.fromarray(np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8))


def recipe(layout: str = "NCHW", resize: str = "stretch", scale: list[float] | None = None, **chosen: object) -> Recipe:
    taken = {"name": "image", "width": SIDE, "height": SIDE, "channels": 3, "layout": layout}
    return check(
        Recipe.from_json(
            {
                "version": VERSION,
                "task": "inpainting",
                "labels": None,
                "options": chosen,
                "preparation": {"resize": resize, "scale": scale, "input": taken},
            }
        )
    )


def hole(image: Image.Image = IMAGE, **chosen: object) -> Any:
    given = recipe(**chosen)  # type: ignore[arg-type]
    return missing(given, fit(image, given.preparation))


def read(output: Any, image: Image.Image = IMAGE, **chosen: object) -> Any:
    given = recipe(**chosen)  # type: ignore[arg-type]
    return picture.read({"y": output}, given, fit(image, given.preparation))


def facts(out: list[Any], *inputs: tuple[str, list[Any]], name: str = "net.onnx") -> dict[str, Any]:
    taken = [{"name": each, "shape": shape, "layout": "NCHW", "element_type": "f32"} for each, shape in inputs]
    return {
        "inputs": taken,
        "source_files": [name],
        "outputs": [{"name": "y", "shape": out, "element_type": "f32", "operations": ["Add"]}],
    }


@pytest.mark.parametrize("kind", ["rectangle", "free-form"])
def test_the_same_picture_and_seed_have_the_same_hole_and_others_have_others(kind: str) -> None:
    first = hole(hole=kind)

    assert (first == hole(hole=kind)).all()
    assert (first != hole(hole=kind, hole_seed=1)).any()
    assert (first != hole(OTHER, hole=kind)).any()
    assert 0 < first.mean() < 1


def test_a_rectangle_is_as_large_as_asked() -> None:
    found = hole(hole="rectangle", hole_width=0.5, hole_height=0.25)

    rows, columns = found.any(1), found.any(0)
    assert (columns.sum(), rows.sum(), found.sum()) == (24, 12, 24 * 12)


@pytest.mark.parametrize(
    "chosen",
    [
        {"strokes": 1, "vertices": 1, "brush": 0.005, "stroke_length": 0.01},
        {"strokes": 64, "vertices": 64, "brush": 0.5, "stroke_length": 1},
    ],
)
def test_something_is_always_missing_and_something_always_there(chosen: dict[str, object]) -> None:
    assert 0 < hole(**chosen).mean() < 1


@pytest.mark.parametrize(
    ("chosen", "missing_value", "there_value"),
    [({}, 1, 0), ({"mask_value": "0"}, 0, 1), ({"mask_value": "255"}, 255, 0)],
)
def test_a_mask_says_where_the_picture_is_missing_and_the_picture_shows_nothing_there(
    chosen: dict[str, object], missing_value: int, there_value: int
) -> None:
    given = recipe(scale=[255.0] * 3, filled_with="white", **chosen)
    fitted = fit(IMAGE, given.preparation)
    shapes = feed.shapes(given, [(1, 3, SIDE, SIDE), (None, None, SIDE, SIDE)])

    image, mask = feed.arrays(given, fitted, shapes)

    gone = missing(given, fitted) == 1
    assert (mask[0, 0] == np.where(gone, missing_value, there_value)).all()
    assert (image[0, :, gone] == 1).all()
    assert (image[0].transpose(1, 2, 0)[~gone] == np.asarray(IMAGE, np.float32)[~gone] / np.float32(255)).all()


@pytest.mark.parametrize(
    ("layout", "inputs", "shapes"),
    [
        ("NHWC", [None, (1, SIDE, SIDE, 1)], [(1, SIDE, SIDE, 3), (1, SIDE, SIDE, 1)]),
        ("NHWC", [None, (1, 1, SIDE, SIDE)], [(1, SIDE, SIDE, 3), (1, 1, SIDE, SIDE)]),
        ("NCHW", [(1, 4, SIDE, SIDE)], [(1, 4, SIDE, SIDE)]),
        ("NHWC", [(1, SIDE, SIDE, 4)], [(1, SIDE, SIDE, 4)]),
    ],
)
def test_the_mask_goes_in_beside_the_picture_in_any_layout_or_as_its_fourth_channel(
    layout: str, inputs: Any, shapes: Any
) -> None:
    given = recipe(layout)
    fitted = fit(IMAGE, given.preparation)

    assert feed.shapes(given, inputs) == shapes
    made = feed.arrays(given, fitted, shapes)
    assert [each.shape for each in made] == shapes
    assert made[-1][..., -1].reshape(-1)[0] in (0, 1) or layout == "NCHW"
    last = made[-1][0, -1] if layout == "NCHW" else made[-1].reshape(SIDE, SIDE, -1)[:, :, -1]
    assert (last.reshape(SIDE, SIDE) == missing(given, fitted)).all()


@pytest.mark.parametrize("inputs", [[None, (1, 2, SIDE, SIDE)], [None, (1, 1, 8, 8)], [None, None, None]])
def test_inputs_that_are_no_picture_and_mask_are_refused_in_words(inputs: Any) -> None:
    with pytest.raises(ValueError, match=r"has a mask to give, \[1, 1, 48, 48\] or \[1, 48, 48, 1\]"):
        feed.shapes(recipe(), inputs)


def test_what_is_not_missing_is_kept_and_judged_is_the_rest() -> None:
    black = read(np.zeros((1, 3, SIDE, SIDE), np.float32))
    scored = Scored("a", "0", black, options=recipe().options)
    items = {metric.name: metric.item(scored) for metric in metrics.METRICS}

    gone = black.missing
    assert (black.levels[~gone] == np.asarray(IMAGE)[~gone]).all()
    assert (black.levels[gone] == 0).all()
    assert items["psnr_hole"] == likeness.psnr(np.zeros((int(gone.sum()), 3)), np.asarray(IMAGE)[gone])
    assert items["psnr"] == likeness.psnr(black.levels, np.asarray(IMAGE))
    assert items["ssim_agreement"] is None


def test_a_hole_filled_with_the_mean_colour_stands_beside_a_score() -> None:
    task = computing_of("inpainting")
    assert task is not None
    images = [
        Scored(
            str(n),
            "0",
            read(np.asarray(IMAGE, np.float32).transpose(2, 0, 1)[None], hole_seed=n),
            options=recipe().options,
        )
        for n in range(6)
    ]

    said = task.metrics[2].belief(images)

    assert 5 < said["chance"] < 20
    assert said["over_chance"]["low"] > 0


def test_drawn_is_the_picture_in_its_own_size_with_only_the_hole_filled() -> None:
    wide = OTHER.resize((90, 60))
    given = recipe(resize="letterbox", hole="rectangle")
    fitted = fit(wide, given.preparation)
    result = picture.read({"y": np.zeros((1, 3, SIDE, SIDE), np.float32)}, given, fitted)

    drawn = draw(wide, result, given)

    assert drawn.size == wide.size
    changed = (np.asarray(drawn) != np.asarray(wide)).any(2).mean()
    assert 0 < changed < 0.4


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (facts([1, 3, 64, 64], ("image", [1, 3, 64, 64]), ("mask", [1, 1, 64, 64])), ("image", None, LIKELY)),
        (facts([-1, 3, [4, -1], -1], ("m", [-1, 1, -1, -1]), ("x", [-1, 3, -1, -1])), ("x", None, LIKELY)),
        (facts([1, 1, 64, 64], ("gray", [1, 1, 64, 64]), ("mask", [1, 1, 64, 64])), ("gray", None, LIKELY)),
        (facts([1, 3, 64, 64], ("x", [1, 4, 64, 64]), name="lama.onnx"), ("x", 3, LIKELY)),
        (facts([1, 3, 64, 64], ("x", [1, 4, 64, 64])), ("x", 3, POSSIBLE)),
    ],
)
def test_a_picture_and_a_mask_are_told_apart(given: dict[str, Any], expected: tuple[str, int | None, str]) -> None:
    found = next(each.guess for each in guesses(given) if each.task == "inpainting")

    assert (found.pictures[0], found.channels, found.sure) == expected
    sizes = {"width": 64, "height": 64}
    taken = default_recipe(given, None, {"task": "inpainting", **sizes}).preparation.input
    assert (taken.name, taken.channels) == (expected[0], given["outputs"][0]["shape"][1])


@pytest.mark.parametrize(
    "given",
    [
        facts([1, 1, 64, 64], ("image", [1, 3, 64, 64]), ("trimap", [1, 1, 64, 64])),
        facts([1, 3, 64, 64], ("image", [1, 3, 64, 64]), ("mask", [1, 1, 32, 32])),
        facts([1, 3, 64, 64], ("image", [1, 3, 64, 64])),
        facts([1, 10], ("a", [1, 3, 64, 64]), ("b", [1, 1, 64, 64])),
    ],
)
def test_who_takes_no_mask_or_makes_no_picture_is_not(given: dict[str, Any]) -> None:
    assert "inpainting" not in [each.task for each in guesses(given)]


def test_any_images_serve_whatever_they_are_annotated_for() -> None:
    given = facts([1, 3, 64, 64], ("image", [1, 3, 64, 64]), ("mask", [1, 1, 64, 64]))

    assert "inpainting" in [each.task for each in served(guesses(given), ["object-detection"])]


@pytest.mark.parametrize(
    ("out", "overrides", "field"),
    [([1, 3, 8, 8], {}, "head"), ([1, 3, 64, 64], {"resize": "crop"}, "resize"), ([1, 9], {}, "head")],
)
def test_what_the_facts_contradict_is_refused_with_its_field(
    out: list[int], overrides: dict[str, object], field: str
) -> None:
    with pytest.raises(NoDefaultRecipe) as refused:
        default_recipe(facts(out, ("image", [1, 3, 64, 64])), None, {"task": "inpainting", **overrides})
    assert refused.value.field == field
