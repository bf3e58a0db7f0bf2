"""Pictures go into a model of a known family as into those that are published, unless somebody says otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.tasks.assumptions import assumptions
from workbench.tasks.default_recipe import default_recipe
from workbench.tasks.usual import IMAGENET, pixels_in_words

MEAN, SCALE = IMAGENET


def model(name: str, *outputs: list[int], element_type: str = "f32", **more: Any) -> dict[str, Any]:
    """Takes 416 by 416 pixels in colour."""
    image = {"name": "images", "shape": [1, 3, 416, 416], "element_type": element_type, "layout": "NCHW"}
    told = [{"name": f"out{n}", "shape": shape, "element_type": "f32"} for n, shape in enumerate(outputs)]
    return {"name": name, "inputs": [image], "outputs": told, **more}


YOLO_V8 = model("yolov8n", [1, 84, 3549])
YOLOX = model("yolox_nano", [1, 3549, 85])
PICODET = model("picodet_s_416", [1, 3598, 112])


def prepared(facts: dict[str, Any], **overrides: Any) -> dict[str, Any]:
    return default_recipe(facts, None, {"task": "object-detection", **overrides}).preparation.to_json()


def taken(facts: dict[str, Any], **overrides: Any) -> dict[str, tuple[str, str]]:
    """What is assumed of pixels: by field the words and how sure."""
    asked = {"task": "object-detection", **overrides}
    found = assumptions(facts, None, asked, default_recipe(facts, None, asked))
    return {each.field: (each.words, each.sure) for each in found if each.field in ("color", "mean", "resize")}


def test_a_yolo_gets_its_pixels_from_0_to_1_in_a_letterbox_and_that_is_told() -> None:
    found, like = prepared(YOLO_V8), ", as into the models that are published for yolo_v8"

    assert (found["color"], found["mean"], found["scale"], found["resize"]) == ("RGB", None, [255.0] * 3, "letterbox")
    assert taken(YOLO_V8) == {
        "color": (f"the channels go in as red, green, blue{like}", "likely"),
        "mean": (f"pixels go in from 0 to 1{like}", "likely"),
        "resize": (f"pictures are resized by letterbox{like}", "likely"),
    }


def test_a_yolox_gets_blue_first_and_pixels_as_they_are() -> None:
    found = prepared(YOLOX)

    assert (found["color"], found["mean"], found["scale"], found["resize"]) == ("BGR", None, None, "letterbox")
    assert taken(YOLOX)["mean"][1] == "likely"


def test_what_somebody_says_has_the_last_word_and_who_says_a_mean_has_a_scale_of_their_own() -> None:
    assert prepared(YOLO_V8, mean=[1, 2, 3])["scale"] is None
    assert prepared(YOLO_V8, scale=[1, 1, 1])["scale"] == [1, 1, 1]
    assert prepared(YOLOX, color="RGB", resize="stretch") | {"input": None} == {
        **prepared(YOLOX),
        "color": "RGB",
        "resize": "stretch",
        "input": None,
    }
    assert set(taken(YOLO_V8, scale=[1, 1, 1])) == {"color", "resize"}


def test_another_order_of_channels_turns_mean_and_scale() -> None:
    assert (prepared(PICODET)["mean"], prepared(PICODET)["scale"]) == (list(MEAN), list(SCALE))
    assert prepared(PICODET, color="BGR")["mean"] == list(MEAN[::-1])


def test_what_the_model_does_itself_is_not_done_twice() -> None:
    inside = {"input": "images", "reverse_channels": True, "mean": None, "scale": [255.0] * 3}
    embedded = {"embedded_processing": "YES"}

    assert prepared({**YOLO_V8, "built_in": [inside]})["scale"] is None
    assert prepared({**YOLOX, "built_in": [{**inside, "scale": None}]})["color"] == "RGB"
    assert prepared({**YOLO_V8, "model_info": embedded})["scale"] is None


def test_a_mean_beside_a_built_in_order_of_channels_is_in_the_order_of_the_picture() -> None:
    turned = {**PICODET, "built_in": [{"input": "images", "reverse_channels": True, "mean": None, "scale": None}]}

    assert prepared(turned)["mean"] == list(MEAN[::-1])


def test_what_the_model_says_of_itself_counts_more() -> None:
    said = {"scale_values": "1.0", "resize_type": "standard"}

    assert prepared({**YOLO_V8, "model_info": said})["scale"] == [1.0] * 3
    assert prepared({**YOLO_V8, "model_info": said})["resize"] == "stretch"


def test_whole_numbers_are_left_alone() -> None:
    assert prepared(model("yolov8n", [1, 84, 3549], element_type="u8"))["scale"] is None


def test_a_head_that_somebody_names_counts_as_one_that_was_guessed() -> None:
    unknown = model("net", [1, 3549, 85])

    assert prepared(unknown, head="yolo_v5")["scale"] == [255.0] * 3


@pytest.mark.parametrize(
    ("mean", "scale", "words"),
    [
        (None, None, "pixels go in as they are, 0 to 255, without mean and scale"),
        (None, (255.0, 255.0, 255.0), "pixels go in from 0 to 1"),
        ((1.5, 2, 3), None, "pixels go in less 1.5, 2, 3"),
        ((1, 2, 3), (4, 5, 6.5), "pixels go in less 1, 2, 3 and divided by 4, 5, 6.5"),
    ],
)
def test_what_becomes_of_pixels_is_said_in_words(mean: Any, scale: Any, words: str) -> None:
    assert pixels_in_words(mean, scale) == words
