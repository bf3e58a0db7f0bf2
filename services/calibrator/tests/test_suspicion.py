"""Near chance, the cause is named by trying others on a few images: colour, mean and scale, boxes, labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import colours
import numpy as np
import openvino as ov
import pytest
from openvino import opset8 as ops
from workbench.calibrator.suspicion import likeliest
from workbench.tasks.classification.metrics import METRICS
from workbench.tasks.recipe import Recipe
from workbench.tasks.suspects import Suspect

Core = Callable[..., Any]


@pytest.fixture(scope="module")
def some_images(shared: Path, make_dataset: Core) -> Path:
    """Sixty labelled images, all in the evaluation part."""
    folder = shared / "datasets" / "imagenet200"
    listed = [line.split() for line in (folder / "val.txt").read_text().splitlines()][:60]
    return make_dataset(
        [(name, (folder / "images" / name).read_bytes(), int(label)) for name, label in listed], split="evaluation"
    )


def test_a_wrong_scale_and_colour_are_named_with_what_to_type(
    run_core: Core, squeezenet: Path, some_images: Path, squeezenet_recipe: dict[str, Any]
) -> None:
    wrong = squeezenet_recipe | {"color": "RGB", "mean": None, "scale": [255, 255, 255]}

    ended = run_core("evaluate", {"recipe": wrong}, model=squeezenet, dataset=some_images)

    top1, cause = ended.result["metrics"][0], ended.result["metrics"][0]["likely_cause"]
    assert top1["value"] < 0.1
    assert cause["n"] == 24
    assert cause["value"] > cause["before"] + 0.2
    assert "--mean" in cause["remedy"]
    assert "--color BGR" in cause["remedy"]
    (warning,) = ended.result["warnings"]
    assert warning.startswith("top1 is near chance.")
    assert warning.endswith(f"{cause['words']}: {cause['remedy']}.")


@pytest.mark.parametrize(("right", "named"), [(13, "scale"), (23, "scale and colour")])
def test_a_second_change_is_named_only_where_it_gains_something(
    squeezenet_recipe: dict[str, Any], right: int, named: str
) -> None:
    recipe = Recipe.from_json(squeezenet_recipe)
    hits = [{str(image): image < count for image in range(24)} for count in (12, right)]
    scaled, turned = Suspect("scale", "", recipe), Suspect("scale and colour", "", recipe, 2)

    suspect, _ = likeliest(METRICS[0], [(scaled, hits[0]), (turned, hits[1])])

    assert suspect is not None
    assert suspect.words == named


def test_a_score_above_chance_arouses_no_suspicion(
    run_core: Core, network: Path, both_parts: Path, recipe: dict[str, Any]
) -> None:
    ended = run_core("evaluate", {"recipe": recipe}, model=network, dataset=both_parts)

    assert ended.result["warnings"] == []
    assert "likely_cause" not in ended.result["metrics"][0]


def test_one_answer_for_all_images_is_said_to_be_so_and_is_explained_by_no_other_reading(
    run_core: Core, save_model: Core, make_dataset: Core
) -> None:
    """Most images are of one class, and first: taken for it, the answer would be right of most."""
    images = [(f"{number:02d}.png", colours.picture(number), 0 if number < 40 else 1) for number in range(60)]
    image = ops.parameter([1, 3, 8, 8], name="in0")
    image.output(0).set_names({"in0"})
    nothing = ops.multiply(ops.reduce_mean(image, ops.constant([1, 2, 3])), np.float32(0))
    scores = ops.add(ops.constant(np.array([[0.0, 1, 0]], np.float32)), nothing)
    recipe = {
        "task": "classification",
        "resize": "stretch",
        "input": {"name": "in0", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
    }

    ended = run_core(
        "evaluate",
        {"recipe": recipe},
        dataset=make_dataset(images, split="evaluation"),
        model=save_model(ov.Model([scores], [image], "fixed")),
    )

    top1 = ended.result["metrics"][0]
    assert (top1["constant"], top1["value"], top1["likely_cause"]) == (True, pytest.approx(1 / 3), None)
    assert ended.result["warnings"][0] == "The model gives the same answer for all 60 images."


def test_where_nothing_explains_it_how_much_was_tried_is_told(
    run_core: Core, squeezenet: Path, shared: Path, make_dataset: Core, squeezenet_recipe: dict[str, Any]
) -> None:
    files = sorted((shared / "datasets" / "imagenet200" / "images").iterdir())[:40]
    strange = make_dataset(
        [(file.name, file.read_bytes(), 37 * number % 1000) for number, file in enumerate(files)], split="evaluation"
    )

    ended = run_core("evaluate", {"recipe": squeezenet_recipe}, model=squeezenet, dataset=strange)

    assert ended.result["metrics"][0]["likely_cause"] is None
    (warning,) = ended.result["warnings"]
    assert "none of 10 other ways" in warning


def test_a_reading_that_the_annotations_do_not_fit_is_no_cause(
    run_core: Core, save_model: Core, make_annotated: Core
) -> None:
    """68 points of three numbers each, read as pairs, are 102: of no set that 68 could be compared with."""
    there = {"points": [[number % 8, number // 10] for number in range(68)]}
    images = [(f"{number}.png", colours.picture(number), there) for number in range(6)]
    image = ops.parameter([1, 3, 8, 8], name="in0")
    image.output(0).set_names({"in0"})
    nothing = ops.multiply(ops.reduce_mean(image, ops.constant([1, 2, 3])), np.float32(0))
    points = ops.add(ops.constant(np.full((1, 3 * 68), 30, np.float32)), nothing)
    recipe = {
        "version": 2,
        "task": "facial-landmarks",
        "options": {"order": "xyz"},
        "preparation": {
            "resize": "stretch",
            "input": {"name": "in0", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
        },
    }

    ended = run_core(
        "evaluate",
        {"recipe": recipe},
        dataset=make_annotated("facial-landmarks", images, split="evaluation"),
        model=save_model(ov.Model([points], [image], "far")),
    )

    nme = ended.result["metrics"][0]
    assert (nme["metric"], nme["value"]) == ("nme", 10)
    assert any("nme is near chance" in warning for warning in ended.result["warnings"])
