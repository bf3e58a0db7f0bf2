"""What nobody said of a recipe is told, and what somebody said is not."""

from __future__ import annotations

from typing import Any

from workbench.tasks.assumptions import Assumption, assumptions
from workbench.tasks.default_recipe import default_recipe

SAID = {"color": "RGB", "mean": [1, 2, 3], "resize": "stretch"}
THREE = {"labels": ["red", "green", "blue"]}


def model(scores: int = 3, **more: Any) -> dict[str, Any]:
    return {
        "inputs": [{"name": "x", "shape": [1, 3, 32, 32], "element_type": "f32", "layout": "NCHW"}],
        "outputs": [{"name": "prob", "shape": [1, scores], "element_type": "f32", "operations": ["Softmax"]}],
        **more,
    }


def of(facts: dict[str, Any], dataset: dict[str, Any] | None, **overrides: Any) -> list[Assumption]:
    asked = {"task": "classification", **overrides}
    return assumptions(facts, dataset, asked, default_recipe(facts, dataset, asked))


def fields(found: list[Assumption]) -> list[str]:
    return [each.field for each in found]


def test_colour_scale_and_resize_are_taken_for_granted_until_somebody_says_them() -> None:
    assert fields(of(model(), None)) == ["color", "mean", "resize"]
    assert fields(of(model(), None, **SAID)) == []


def test_what_is_built_into_the_model_is_not_guessed() -> None:
    inside = [{"input": "x", "reverse_channels": True, "mean": [1.0, 2.0, 3.0], "scale": None}]

    assert fields(of(model(built_in=inside), None)) == ["resize"]


def test_what_the_model_says_of_itself_is_not_guessed() -> None:
    told = {"mean_values": "1 2 3", "resize_type": "standard", "labels": ["red", "green", "blue"]}

    assert fields(of(model(model_info=told), THREE)) == ["color"]


def test_the_order_of_classes_is_told_with_the_first_of_them() -> None:
    [found] = of(model(), THREE, **SAID)

    assert found == Assumption(
        "labels", "the model's classes are in the order of the dataset's (red, green, blue)", "possible"
    )


def test_a_dataset_of_few_of_the_models_classes_is_told() -> None:
    [found] = of(model(1000), THREE, **SAID)

    assert "which are 3 of the model's 1000" in found.words


def test_an_offset_that_the_numbers_of_classes_suggest_is_told_with_its_reason() -> None:
    found = of(model(4), THREE, **SAID)

    assert fields(found) == ["options.label_offset", "labels"]
    assert found[0].words == "label_offset is 1: its output is one list of 4 numbers, as many as there are labels"
    assert fields(of(model(4), THREE, options={"label_offset": 1}, **SAID)) == ["labels"]


def test_one_of_several_outputs_is_told_by_its_name() -> None:
    facts = model()
    facts["outputs"].append({"name": "features", "shape": [1, 64], "element_type": "f32"})

    [found] = of(facts, None, **SAID)

    assert (found.field, found.words) == ("output", "of the 2 outputs the first, prob, is read")
    assert of(facts, None, output="prob", **SAID) == []
