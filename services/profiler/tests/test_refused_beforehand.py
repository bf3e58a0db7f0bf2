"""What a model's facts already say is refused when a profile is asked for, with what to type."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.problems.common import InvalidRequest
from workbench.profiler import beforehand

Facts = dict[str, Any]


def model(*inputs: tuple[str, Any, str], layout: str | None = None) -> Facts:
    return {
        "name": "net",
        "inputs": [
            {"name": name, "shape": shape, "element_type": element_type, "layout": layout, "layout_source": "model"}
            for name, shape, element_type in inputs
        ],
    }


PICTURE = model(("image", [-1, 3, -1, -1], "f32"))
TOKENS = model(("ids", [-1, [1, 512]], "i64"), ("mask", [1, 128], "i64"))


def faults(request: Facts, *models: Facts, **tensors: Facts) -> dict[str, str]:
    try:
        beforehand.refuse(request, {f"m{number}": each for number, each in enumerate(models)}, tensors)
    except InvalidRequest as refusal:
        return refusal.errors
    return {}


@pytest.mark.parametrize(
    ("facts", "field", "typed"),
    [
        (
            PICTURE,
            "shapes.image",
            "the shape [?,3,?,?]; give the shape to measure, each dimension a number, such as 1,3,224,224",
        ),
        (
            TOKENS,
            "shapes.ids",
            "the shape [?,1..512]; give the shape to measure, each dimension a number, such as 1,128",
        ),
        (model(("x", [8, -1], "f32")), "shapes.x", "such as 8,128"),
        (model(("x", None, "f32")), "shapes.x", "of any number of dimensions"),
        (model(("x", [-1, -1, 3], "f32"), layout="HWC"), "shapes.x", "such as 128,128,3"),
    ],
)
def test_an_open_shape_is_refused_with_what_to_type(facts: Facts, field: str, typed: str) -> None:
    found = faults({}, facts)

    assert list(found) == [field]
    assert typed in found[field]


@pytest.mark.parametrize(
    "facts",
    [
        model(("image", [-1, 3, 32, 32], "f32")),
        model(("image", [1, 3, 32, 32], "f32"), ("scale", [], "f32")),
        model(("x", [[1, 8], 16], "f32")),
        model(("image", [32, 32, 3, -1], "f32"), layout="HWCN"),
        {"name": "old"},
    ],
)
def test_an_open_batch_is_one_and_nothing_else_need_be_said(facts: Facts) -> None:
    assert faults({"batch": 1}, facts) == {}


def test_an_example_has_the_batch_that_is_asked_for() -> None:
    assert "such as 4,3,224,224" in faults({"batch": 4}, PICTURE)["shapes.image"]


def test_shapes_and_arrays_both_say_it() -> None:
    array = {"shape": [1, 3, 64, 64], "element_type": "u8"}

    assert faults({"shapes": {"image": [1, 3, 64, 64]}}, PICTURE) == {}
    assert faults({"inputs": {"image": "t"}}, PICTURE, t=array) == {}


@pytest.mark.parametrize("field", ["shapes", "inputs"])
def test_an_input_that_is_not_there_is_refused_with_those_that_are(field: str) -> None:
    array = {"shape": [1, 128], "element_type": "i64"}
    said = {"shapes": {"picture": [1, 128]}, "inputs": {"picture": "t"}}[field]

    found = faults(
        {"shapes": {"ids": [1, 128]}} | {field: {**said, "ids": "t" if field == "inputs" else [1, 128]}},
        TOKENS,
        t=array,
    )

    assert found == {f"{field}.picture": "there is no such input; it has ids, mask"}


@pytest.mark.parametrize(
    ("request_", "array", "said"),
    [
        ({}, {"shape": [1, 128], "element_type": "f32"}, "elements of the type f32, the input takes i64"),
        ({}, {"shape": [128], "element_type": "i64"}, "the shape [128], the input [?,1..512]"),
        ({}, {"shape": [2, 128], "element_type": "i64"}, "a batch of 2, but batch is 1"),
        ({"shapes": {"ids": [1, 64]}}, {"shape": [1, 128], "element_type": "i64"}, "and shapes.ids says [1, 64]"),
    ],
)
def test_an_array_that_does_not_fit_is_refused_by_its_input(request_: Facts, array: Facts, said: str) -> None:
    found = faults({**request_, "inputs": {"ids": "t"}}, TOKENS, t=array)

    assert list(found) == ["inputs.ids"]
    assert said in found["inputs.ids"]


def test_of_several_models_the_other_is_named() -> None:
    found = faults({"shapes": {"image": [1, 3, 8, 8]}}, PICTURE, {**TOKENS, "name": "another"})

    assert found["shapes.image"].startswith("there is no such input of the model another")
    assert "the input of the model another has the shape [?,1..512]" in found["shapes.ids"]
