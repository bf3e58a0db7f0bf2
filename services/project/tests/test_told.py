"""What a model's source says of its input is used where a request says nothing, and told."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.project.beforehand import settled
from workbench.project.inputs import conversion_inputs
from workbench.project.schemas import OptimizationRequest
from workbench.project.values import Facts
from workbench.tasks.told import with_told

ZOO = {
    "inputs": {"x": {"shape": [1, 3, 32, 32], "layout": "NCHW"}},
    "task": "classification",
    "recipe": {"mean": [1.0, 2.0, 3.0], "scale": [255.0], "color": "RGB"},
}


def model(source: Facts = ZOO, shape: Any = ("N", 3, 32, 32), layout: str | None = None, **changed: Any) -> Facts:
    picture = {"name": "x", "shape": list(shape), "element_type": "f32", "layout": layout, **changed}
    scores = {"name": "y", "shape": [1, 10], "element_type": "f32", "layout": None}
    return {"format": "onnx", "precision": "FP32", "inputs": [picture], "outputs": [scores], "source": source}


def asked(**request: Any) -> Facts:
    loaded: Facts = OptimizationRequest().load(request)
    return loaded


def test_shape_layout_mean_and_scale_are_built_in_as_the_zoo_says_and_told() -> None:
    request = settled(asked(), model(), None)

    assert conversion_inputs(model(), request)["x"] == {
        "shape": [1, 3, 32, 32],
        "layout": "NCHW",
        "mean": [1.0, 2.0, 3.0],
        "scale": [255.0] * 3,
    }
    assert request["recipe"]["color"] == "RGB"
    assert request["task"] == "classification"
    fields = ["inputs.x.shape", "inputs.x.layout", "mean", "scale", "color"]
    assert [each["field"] for each in request["told"]] == fields
    assert request["told"][2]["words"] == "mean is 1, 2, 3: where the model comes from says so"


def test_what_is_asked_for_goes_before_and_a_mean_with_its_own_scale() -> None:
    wanted = asked(recipe={"mean": [9.0, 9.0, 9.0], "color": "BGR"}, inputs={"x": {"shape": [2, 3, 32, 32]}})

    request = with_told(wanted, model())

    assert (request["recipe"]["mean"], request["recipe"].get("scale")) == ([9.0, 9.0, 9.0], None)
    assert request["recipe"]["color"] == "BGR"
    assert request["inputs"]["x"]["shape"] == [2, 3, 32, 32]
    assert [each["field"] for each in request["told"]] == ["inputs.x.layout"]


@pytest.mark.parametrize(("color", "mean"), [("RGB", [1.0, 2.0, 3.0]), ("BGR", [3.0, 2.0, 1.0])])
def test_mean_and_scale_turn_with_the_colour_that_is_asked_for(color: str, mean: list[float]) -> None:
    said = {"recipe": {**ZOO["recipe"], "scale": [4.0, 5.0, 6.0]}}

    request = with_told(asked(recipe={"color": color}), model(said, layout="NCHW", shape=(1, 3, 32, 32)))

    assert request["recipe"]["color"] == color
    assert request["recipe"]["mean"] == mean
    assert request["recipe"]["scale"] == [each + 3.0 for each in mean]


def test_of_a_source_that_tells_no_colour_the_numbers_stay_as_they_are() -> None:
    said = {"recipe": {"mean": [1.0, 2.0, 3.0]}}

    request = with_told(asked(recipe={"color": "BGR"}), model(said, layout="NCHW", shape=(1, 3, 32, 32)))

    assert request["recipe"]["mean"] == [1.0, 2.0, 3.0]


@pytest.mark.parametrize(
    "facts",
    [
        model({}),
        model({"url": "https://example.com/m.onnx"}),
        model(layout="NCHW", element_type="u8", shape=(1, 3, 32, 32)),
        model(layout="NCHW", shape=(1, 7, 32, 32)),
        model({"inputs": {"z": ZOO["inputs"]["x"]}, "recipe": ZOO["recipe"]}),
        model({"inputs": {"x": {"shape": [1, 1, 32, 32]}}}),
    ],
)
def test_what_does_not_fit_the_model_is_not_used(facts: Facts) -> None:
    request = asked()

    assert with_told(request, facts) == request


PREPARED = {"recipe": {"resize": "crop", "short_side": 36, "interpolation": "bicubic"}}


def taken(facts: Facts, **recipe: Any) -> Facts:
    """What of the recipe is taken from where the model comes from."""
    found = settled(asked(task="classification", recipe=recipe), facts, None)["recipe"]
    return {name: found[name] for name in PREPARED["recipe"] if found.get(name)}


def test_how_a_picture_gets_the_input_s_size_is_as_its_accuracy_was_measured() -> None:
    facts = model(PREPARED, shape=(1, 3, 32, 32), layout="NCHW")

    assert taken(facts) == PREPARED["recipe"]
    assert taken(facts, resize="stretch") == {"resize": "stretch", "interpolation": "bicubic"}
    assert taken(facts, interpolation="nearest") == {**PREPARED["recipe"], "interpolation": "nearest"}


@pytest.mark.parametrize("said", [{"resize": "crop", "short_side": 31}, {"color": "GRAY"}])
def test_what_this_input_cannot_have_is_not_taken(said: Facts) -> None:
    request = asked()

    assert with_told(request, model({"recipe": said}, shape=(1, 3, 32, 32), layout="NCHW")) == request


def test_a_picture_that_keeps_its_own_size_is_not_given_another() -> None:
    request = asked()

    assert with_told(request, model(PREPARED, shape=(1, 3, -1, -1), layout="NCHW")) == request
