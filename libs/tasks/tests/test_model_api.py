"""A recipe in Model API's words and back: what an IR from here tells, and what one from elsewhere says."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.tasks.default_recipe import default_recipe
from workbench.tasks.model_api import model_info

PROB = {"name": "prob", "shape": [1, 3], "element_type": "f32", "layout": None}


def facts(channels: int = 3, **info: Any) -> dict[str, Any]:
    picture = {"name": "x", "shape": [1, channels, 32, 32], "element_type": "f32", "layout": "NCHW"}
    return {"inputs": [picture], "outputs": [PROB], "model_info": info}


def said(overrides: dict[str, Any], outputs: list[dict[str, Any]] | None = None) -> dict[str, str | None]:
    return model_info(default_recipe(facts(), None, overrides), [PROB] if outputs is None else outputs)


def test_a_classifiers_recipe_is_told_as_model_api_reads_it() -> None:
    told = said({"labels": ["cat", "guinea pig", "dog"], "resize": "letterbox", "mean": [1, 2.5, 3]})

    assert told == {
        "model_type": "Classification",
        "labels": "cat guinea_pig dog",
        "resize_type": "fit_to_window_letterbox",
        "interpolation_mode": "LINEAR",
        "reverse_input_channels": "YES",
        "mean_values": "1 2.5 3",
        "scale_values": None,
    }


def test_labels_of_another_number_than_the_classes_are_not_told() -> None:
    assert said({"labels": ["cat", "dog"]})["labels"] == "cat dog"  # a class before them, Model API names itself
    assert said({"labels": ["cat"]})["labels"] is None
    assert said({})["labels"] is None


def test_labels_that_xml_cannot_hold_are_not_told() -> None:
    assert said({"labels": ["cat", "\x07bell", "dog"]})["labels"] is None
    assert said({"labels": ["cat", "\ud800", "dog"]})["labels"] is None
    assert said({"labels": ["cat", " guinea\tpig ", "dög"]})["labels"] == "cat guinea_pig dög"


def test_a_model_that_wants_bgr_takes_pictures_as_model_api_reads_them() -> None:
    assert said({"color": "BGR"})["reverse_input_channels"] == "NO"


def test_of_a_task_that_model_api_does_not_know_nothing_is_told() -> None:
    assert said({"task": "generic"}) == {}


def test_what_an_ir_from_elsewhere_tells_needs_nobody_to_say_it() -> None:
    told = facts(mean_values="123.675 116.28 103.53", scale_values="58.4", resize_type="crop")

    prepared = default_recipe(told, None, {}).preparation

    assert (prepared.mean, prepared.scale, prepared.resize) == ((123.675, 116.28, 103.53), (58.4,) * 3, "crop")
    assert default_recipe(told, None, {"mean": None, "resize": "stretch"}).preparation.mean is None


def test_a_recipe_survives_the_way_through_an_ir() -> None:
    recipe = default_recipe(facts(), None, {"resize": "letterbox", "mean": [1, 2, 3], "scale": [4, 5, 6]})
    told = {name: text for name, text in model_info(recipe, [PROB]).items() if text is not None}

    assert default_recipe(facts(**told), None, {}) == recipe


@pytest.mark.parametrize(
    "info",
    [
        {"mean_values": "1 2", "scale_values": "a b c", "resize_type": "somehow"},
        {"mean_values": "1 nan 2", "scale_values": "1 inf 2"},
        {"mean_values": "1 2 3", "embedded_processing": "YES"},
        {"mean_values": ""},
    ],
)
def test_what_makes_no_sense_or_is_inside_already_is_not_done(info: dict[str, str]) -> None:
    prepared = default_recipe(facts(**info), None, {}).preparation

    assert (prepared.mean, prepared.scale, prepared.resize) == (None, None, "crop")
