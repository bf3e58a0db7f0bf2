"""Whether a model segments pictures, and with which head, from its facts alone; and what it can't be then."""

from __future__ import annotations

import re
from typing import Any

import pytest
from workbench.tasks.catalogue import check
from workbench.tasks.guess import CERTAIN, LIKELY, POSSIBLE
from workbench.tasks.guesses import guesses, settled
from workbench.tasks.model_facts import ModelFacts
from workbench.tasks.recipe import Recipe
from workbench.tasks.semantic_segmentation.options import guess, misfit

NAME = "semantic-segmentation"


def model(
    *shape: int,
    operations: tuple[str, ...] = (),
    element_type: str = "f32",
    size: int = 256,
    layout: str = "NCHW",
    **rest: Any,
) -> dict[str, Any]:
    taken = [1, 3, size, size] if layout == "NCHW" else [1, size, size, 3]
    output = {"name": "out", "shape": list(shape), "element_type": element_type, "operations": list(operations)}
    return {"inputs": [{"name": "x", "shape": taken, "layout": layout}], "outputs": [output], **rest}


def recipe(labels: list[str] | None = None, head: str | None = None, **options: Any) -> Recipe:
    taken = {"name": "x", "width": 256, "height": 256, "channels": 3, "layout": "NCHW"}
    return check(
        Recipe.from_json(
            {
                "version": 2,
                "task": NAME,
                "labels": labels,
                "head": head,
                "options": options,
                "preparation": {"resize": "stretch", "input": taken},
            }
        )
    )


@pytest.mark.parametrize(
    ("facts", "head", "options", "sure"),
    [
        (model(1, 21, 256, 256), "logits", {}, LIKELY),
        (model(1, 19, 32, 32), "logits", {}, LIKELY),
        (model(1, 256, 256, 21, layout="NHWC"), "logits", {"layout": "NHWC"}, LIKELY),
        (model(1, 257, 257, 21, size=257, layout="NHWC"), "logits", {"layout": "NHWC"}, LIKELY),
        (model(1, 7, 64, 64), "logits", {}, POSSIBLE),
        (model(1, 7, 64, 64, operations=("Softmax",)), "logits", {}, LIKELY),
        (model(1, 7, 64, 64, name="unet"), "logits", {}, LIKELY),
        (model(1, 17, 64, 64, name="hrnet pose"), "logits", {}, POSSIBLE),
        (model(1, 7, 64, 64, model_info={"model_type": "Segmentation"}), "logits", {}, CERTAIN),
        (model(1, 256, 256, element_type="i64"), "class_map", {}, LIKELY),
        (model(1, 1, 256, 256, operations=("Squeeze", "TopK")), "class_map", {}, LIKELY),
        (model(1, 1, 256, 256, operations=("Sigmoid",)), "one_channel", {}, POSSIBLE),
        (model(1, 256, 256, 1, operations=("Convolution",)), "one_channel", {"sigmoid": True}, POSSIBLE),
        (model(1, 1, 256, 256, operations=("Sigmoid",), name="crack segmentation"), "one_channel", {}, LIKELY),
    ],
)
def test_the_head_and_how_sure_it_is_follow_from_the_output(
    facts: dict[str, Any], head: str, options: dict[str, Any], sure: str
) -> None:
    found = guess(ModelFacts(facts), None)

    assert found is not None
    assert (found.head, dict(found.options), found.sure) == (head, options, sure)


@pytest.mark.parametrize(
    "facts",
    [
        model(1, 1000),
        model(1, 21, 8, 8),
        model(1, 21, 256, 128),
        model(1, 85, 100),
        model(1, 300, 256, 256),
        model(1, 21, 256, 256, operations=("DetectionOutput",)) | {"operations": {"DetectionOutput": 1}},
        {**model(1, 21, 256, 256), "outputs": []},
        {**model(1, 21, 256, 256), "inputs": []},
    ],
)
def test_what_lies_over_no_picture_is_none(facts: dict[str, Any]) -> None:
    assert guess(ModelFacts(facts), None) is None


def test_as_many_as_the_labels_are_likely_and_one_more_is_a_background() -> None:
    seven = ["a"] * 7

    exact, more = guess(ModelFacts(model(1, 7, 64, 64)), seven), guess(ModelFacts(model(1, 8, 64, 64)), seven)

    assert exact is not None
    assert more is not None
    assert (exact.sure, dict(exact.options)) == (LIKELY, {})
    assert (more.sure, dict(more.options)) == (LIKELY, {"label_offset": 1})


def test_among_all_rooms_it_is_settled_and_a_picture_is_nobodys_for_sure() -> None:
    found = settled(guesses(model(1, 21, 256, 256)))
    picture = guesses(model(1, 3, 256, 256))

    assert found is not None
    assert found.task == NAME
    assert settled(picture) is None
    assert {each.task for each in picture} >= {"style-transfer", "generic"}


@pytest.mark.parametrize(
    ("facts", "given", "field", "why"),
    [
        (model(1, 1000), recipe(), "head", r"logits can't read the model's outputs, which are out \[1, 1000\]."),
        (model(1, 21, 256, 256), recipe(head="class_map"), "head", "class_map: The class of each pixel"),
        (model(1, 21, 256, 256), recipe(layout="NHWC"), "head", "one_channel: One number a pixel"),
        (model(1, 5, 64, 64), recipe(["a"] * 6), "labels", "has 6 classes; the model has 5, so at most 5 are accepted"),
        (model(1, 5, 64, 64), recipe(["a"] * 5, label_offset=1), "labels", "before class 0, so at most 4 are"),
    ],
)
def test_what_the_facts_contradict_is_told_with_the_field_and_what_each_head_wants(
    facts: dict[str, Any], given: Recipe, field: str, why: str
) -> None:
    found = misfit(ModelFacts(facts), given)

    assert found is not None
    assert found[0] == field
    assert re.search(why, found[1])


@pytest.mark.parametrize(
    ("facts", "given"),
    [
        (model(1, 21, 256, 256), recipe(["a"] * 21)),
        (model(1, -1, 256, 256), recipe(["a"] * 30)),
        (model(1, 4, 4, 4), recipe()),
        (model(1, 1, 256, 256), recipe(head="one_channel")),
        (model(1, 256, 256), recipe(head="class_map")),
    ],
)
def test_what_fits_or_is_only_known_when_the_model_runs_is_not_refused(facts: dict[str, Any], given: Recipe) -> None:
    assert misfit(ModelFacts(facts), given) is None
