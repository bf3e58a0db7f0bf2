"""A preparation is valid or it is refused by the name of its field."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from typing import Any

import pytest
from workbench.imaging.fields import BadRecipe
from workbench.imaging.preparation import ModelInput, Preparation

SQUEEZENET = {
    "input": {"name": "data_0", "width": 224, "height": 224, "channels": 3, "layout": "NCHW"},
    "color": "BGR",
    "mean": [104, 117, 123],
}


def with_(**changes: Any) -> dict[str, Any]:
    """The preparation with some fields changed; those of the input by input_<name>."""
    inner = {name.removeprefix("input_"): changes.pop(name) for name in list(changes) if name.startswith("input_")}
    return SQUEEZENET | changes | {"input": SQUEEZENET["input"] | inner}


def test_what_is_left_out_has_its_default() -> None:
    found = Preparation.from_json(SQUEEZENET)

    assert (found.resize, found.interpolation, found.scale) == ("crop", "bilinear", None)


def test_it_survives_the_way_through_json() -> None:
    found = Preparation.from_json(with_(scale=[1, 2.5, 3], short_side=256))

    assert Preparation.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_equal_ones_are_the_same() -> None:
    assert len({Preparation.from_json(SQUEEZENET), Preparation.from_json(SQUEEZENET)}) == 1


@pytest.mark.parametrize(("size", "short_side"), [((224, 224), 256), ((299, 299), 342), ((320, 240), 274)])
def test_the_short_side_of_a_crop_is_imagenets_256_for_224(size: tuple[int, int], short_side: int) -> None:
    found = Preparation.from_json(with_(input_width=size[0], input_height=size[1]))

    assert found.crop_short_side == short_side


def test_a_given_short_side_is_kept() -> None:
    assert Preparation.from_json(with_(short_side=224)).crop_short_side == 224


@pytest.mark.parametrize(("layout", "shape"), [("NCHW", (1, 3, 224, 320)), ("NHWC", (1, 224, 320, 3))])
def test_the_shape_follows_the_layout(layout: str, shape: tuple[int, ...]) -> None:
    assert ModelInput("data", width=320, height=224, channels=3, layout=layout).shape == shape


def test_a_gray_input_has_one_mean() -> None:
    found = Preparation.from_json(with_(input_channels=1, color="GRAY", mean=[127.5], scale=[127.5]))

    assert found.mean == (127.5,)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": "RGB"}, "colour"),
        ({"resize": "fill"}, "resize"),
        ({"interpolation": "lanczos"}, "interpolation"),
        ({"color": "CMYK"}, "color"),
        ({"color": "GRAY"}, "color"),
        ({"color": {}}, "color"),
        ({"mean": [104, 117]}, "mean"),
        ({"mean": [104, 117, 123, 1]}, "mean"),
        ({"mean": [104, 117, math.nan]}, "mean"),
        ({"mean": [104, 117, math.inf]}, "mean"),
        ({"mean": [104, 117, "123"]}, "mean"),
        ({"mean": [104, 117, True]}, "mean"),
        ({"mean": [104, 117, 10**400]}, "mean"),
        ({"mean": [104, 117, 1e300]}, "mean"),
        ({"mean": 104}, "mean"),
        ({"mean": "104"}, "mean"),
        ({"scale": [1, 0, 1]}, "scale"),
        ({"scale": [1, 0.0, 1]}, "scale"),
        ({"scale": [1, 1e-60, 1]}, "scale"),
        ({"scale": [1, None, 1]}, "scale"),
        ({"scale": []}, "scale"),
        ({"short_side": 223}, "short_side"),
        ({"short_side": 1e9}, "short_side"),
        ({"short_side": 256, "resize": "stretch"}, "short_side"),
        ({"short_side": 256, "resize": "letterbox"}, "short_side"),
        ({"input_name": ""}, "input.name"),
        ({"input_name": None}, "input.name"),
        ({"input_width": 0}, "input.width"),
        ({"input_width": -224}, "input.width"),
        ({"input_width": 10**9}, "input.width"),
        ({"input_height": "224"}, "input.height"),
        ({"input_height": 224.0}, "input.height"),
        ({"input_channels": 4}, "input.channels"),
        ({"input_channels": True}, "input.channels"),
        ({"input_channels": 1}, "color"),
        ({"input_layout": "CHW"}, "input.layout"),
        ({"input_dtype": "f32"}, "input.dtype"),
    ],
)
def test_a_bad_field_is_refused_by_its_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadRecipe) as refused:
        Preparation.from_json(with_(**changes))

    assert refused.value.field == field
    assert f"field {field}:" in str(refused.value)


def test_a_missing_input_is_named() -> None:
    with pytest.raises(BadRecipe, match="input: is required"):
        Preparation.from_json({"color": "RGB"})


@pytest.mark.parametrize("missing", ["name", "width", "height", "channels", "layout"])
def test_a_missing_field_of_the_input_is_named(missing: str) -> None:
    inner = {name: value for name, value in SQUEEZENET["input"].items() if name != missing}

    with pytest.raises(BadRecipe, match=rf"input\.{missing}: is required"):
        Preparation.from_json(SQUEEZENET | {"input": inner})


def test_an_input_that_is_no_object_is_refused() -> None:
    with pytest.raises(BadRecipe, match="input: must be a JSON object"):
        Preparation.from_json(SQUEEZENET | {"input": [1, 3, 224, 224]})


def test_the_message_says_what_is_accepted_and_what_was_given() -> None:
    with pytest.raises(BadRecipe, match="must be one of stretch, crop, letterbox, keep, not 'fill'"):
        Preparation.from_json(with_(resize="fill"))


def test_a_refused_value_of_a_megabyte_makes_no_message_of_a_megabyte() -> None:
    with pytest.raises(BadRecipe) as refused:
        Preparation.from_json(with_(resize="x" * 2**20))

    assert len(str(refused.value)) < 300


def test_one_built_in_code_is_checked_too() -> None:
    with pytest.raises(BadRecipe, match="scale"):
        Preparation(ModelInput("data", 224, 224, 3, "NCHW"), scale=(1.0, 0.0, 1.0))


def test_it_needs_neither_numpy_nor_pillow() -> None:
    code = "import sys, workbench.imaging.preparation; print({'numpy', 'PIL'} & set(sys.modules))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert printed.stdout.strip() == "set()"
