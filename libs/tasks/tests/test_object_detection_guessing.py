"""Which head a detector needs, from the shapes of its outputs and its names."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.tasks.guess import CERTAIN, LIKELY, POSSIBLE
from workbench.tasks.guesses import guesses, settled


def facts(side: int, *shapes: list[int], height: int = 0, **rest: Any) -> dict[str, Any]:
    """Of a model that takes a square picture, else of that height."""
    picture = {"name": "image", "shape": [1, 3, height or side, side], "element_type": "f32", "layout": "NCHW"}
    outputs = [
        {"name": f"out{at}", "shape": shape, "element_type": "f32", "layout": None, "operations": ["Concat"]}
        for at, shape in enumerate(shapes)
    ]
    return {"inputs": [picture], "outputs": outputs, "operations": {}, "model_info": {}, **rest}


PICODET = [*([1, cells, 80] for cells in (1600, 400, 100, 25)), *([1, cells, 32] for cells in (1600, 400, 100, 25))]


@pytest.mark.parametrize(
    ("model", "head"),
    [
        (facts(640, [1, 84, 8400]), "yolo_v8"),
        (facts(640, [1, 5, 8400]), "yolo_v8"),
        (facts(640, [1, 25200, 85]), "yolo_v5"),
        (facts(640, [1, 300, 6]), "end_to_end"),
        (facts(416, [1, 3549, 85]), "yolox"),
        (facts(416, [1, 3598, 112], name="nanodet-plus"), "nanodet"),
        (facts(320, *PICODET), "nanodet"),
        (facts(300, [1, 1, 100, 7]), "detection_output"),
        (facts(320, [1, 4420, 2], [1, 4420, 4], height=240), "boxes_scores"),
        (facts(416, [1, 255, 13, 13], [1, 255, 26, 26]), "yolo_v3"),
        (facts(416, [1, 52, 52, 255], [1, 26, 26, 255], [1, 13, 13, 255]), "yolo_v3"),
        (facts(416, [1, 425, 13, 13]), "yolo_v2"),
        (facts(352, [1, 85, 22, 22]), "fastest_det"),
        (facts(640, [1, 16800, 4], [1, 16800, 2], [1, 16800, 10]), "priors"),
        (facts(640, [1, 300, 80], [1, 300, 4]), "detr"),
        (facts(800, [1, 100, 92], [1, 100, 4]), "detr"),
    ],
)
def test_the_shapes_tell_the_head(model: dict[str, Any], head: str) -> None:
    found = settled(guesses(model))

    assert found is not None
    assert (found.task, found.guess.head) == ("object-detection", head)
    assert found.guess.sure in (LIKELY, CERTAIN)


def test_a_name_of_the_family_makes_it_certain() -> None:
    [first, *_] = guesses(facts(416, [1, 3549, 85], source_files=["yolox_nano_416x416.onnx"]))

    assert (first.guess.head, first.guess.sure) == ("yolox", CERTAIN)
    assert "'yolox'" in first.guess.why


def test_as_many_labels_as_classes_beside_a_distribution_are_nanodets() -> None:
    classes = {"object-detection": [str(number) for number in range(80)]}

    assert guesses(facts(416, [1, 3549, 112]), classes)[0].guess.head == "nanodet"


def test_a_background_is_guessed_where_there_is_a_class_more_than_labels() -> None:
    classes = {"object-detection": ["face"]}

    assert guesses(facts(320, [1, 4420, 2], [1, 4420, 4], height=240), classes)[0].guess.options == {"label_offset": 1}


@pytest.mark.parametrize(
    "model",
    [
        facts(320, [-1, 6], operations={"NonMaxSuppression": 1}),
        facts(320, [1, 9, 9], operations={"PriorBox": 1}),
        facts(320, [1, 300], model_info={"model_type": "YOLOv5"}),
    ],
)
def test_what_is_only_made_or_called_like_one_is_asked_for(model: dict[str, Any]) -> None:
    found = guesses(model)

    assert ("object-detection", POSSIBLE) in [(each.task, each.guess.sure) for each in found]
    assert settled(found) is None or settled(found).task != "object-detection"  # type: ignore[union-attr]
