"""What is refused of boxes, and in which words; and COCO's ids, which have gaps."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from workbench.tasks.boxes.coco import NO_CLASS, dataset_classes
from workbench.tasks.catalogue import check as checked
from workbench.tasks.object_detection.annotation import Thing, Things, check, faults, from_json
from workbench.tasks.object_detection.remarks import Remarks
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Misfit


@pytest.mark.parametrize(
    ("thing", "told"),
    [
        ({"box": [1, 2, 3, 4]}, "thing 1 must have a class and a box"),
        ({"class": 0, "box": [1, 2, 3, 4], "score": 1}, "thing 1 must have a class and a box"),
        ({"class": -1, "box": [1, 2, 3, 4]}, "the class of thing 1 must be a whole number"),
        ({"class": True, "box": [1, 2, 3, 4]}, "the class of thing 1 must be a whole number"),
        ({"class": 0, "box": [1, 2, float("nan"), 4]}, "the box of thing 1 must be four finite numbers"),
        ({"class": 0, "box": [1, 2, 3]}, "the box of thing 1 must be four finite numbers"),
        ({"class": 0, "box": [1, 2, 3, 4], "area": -1}, "the area of thing 1 must be a number from 0"),
        ({"class": 0, "box": [1, 2, 3, 4], "crowd": 1}, "crowd and difficult of thing 1 must be true or false"),
        ("box", "thing 1 must have a class and a box"),
    ],
)
def test_what_is_no_thing_is_refused_by_its_number(thing: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        from_json({"things": [thing]})


def test_more_things_than_an_image_has_are_refused() -> None:
    with pytest.raises(ValueError, match="has 10001 boxes; an image may have 10000"):
        from_json({"things": [{"class": 0, "box": [1, 2, 3, 4]}] * 10_001})


@pytest.mark.parametrize(
    ("box", "label", "told"),
    [
        ((5, 5, 5, 9), 0, "box 1 is empty: it goes from 5, 5 to 5, 9"),
        ((9, 5, 5, 9), 0, "box 1 is empty"),
        ((5, 5, 50, 9), 0, "box 1 goes from 5, 5 to 50, 9 and so outside the image, 20×16 pixels"),
        ((-5, 5, 9, 9), 0, "box 1 goes from -5, 5 to 9, 9 and so outside"),
        ((5, 5, 9, 9), 3, "box 1 is of the class 3; there are 3 classes, so 0 to 2 are accepted"),
    ],
)
def test_boxes_that_can_not_be_on_the_image_are_told(box: Any, label: int, told: str) -> None:
    [fault] = faults(Things((Thing(label, box),)), 20, 16, 3)

    assert fault.startswith(told)


def test_what_annotation_tools_round_is_no_fault() -> None:
    assert faults(Things((Thing(0, (-1.0, 0.0, 21.0, 16.5)),)), 20, 16, 3) == []


def test_a_class_that_the_model_lacks_is_told_with_those_it_has() -> None:
    recipe = checked(
        Recipe.from_json(
            {
                "version": 2,
                "task": "object-detection",
                "options": {"label_offset": 1},
                "preparation": {"input": {"name": "x", "width": 9, "height": 9, "channels": 3, "layout": "NCHW"}},
            }
        )
    )
    things = Things((Thing(2, (1, 1, 5, 5)),))

    check("a.jpg", things, 4, recipe)
    with pytest.raises(
        Misfit,
        match="a.jpg has a box of the class 2; the model has 3 classes less 1 before class 0, so 0 to 1 are accepted",
    ):
        check("a.jpg", things, 3, recipe)


def test_cocos_ids_become_the_places_of_their_categories() -> None:
    ids = np.array([0, 1, 11, 12, 13, 44, 45, 46, 90, 91])

    assert dataset_classes(ids, 0, "coco_ids").tolist() == [
        NO_CLASS,
        0,
        10,
        NO_CLASS,
        11,
        39,
        NO_CLASS,
        40,
        79,
        NO_CLASS,
    ]
    assert dataset_classes(ids[:4] - 1, -1, "coco_ids").tolist() == [NO_CLASS, 0, 10, NO_CLASS]
    assert dataset_classes(np.array([0, 1, 5]), 1, "plain").tolist() == [NO_CLASS, 0, 4]


def test_two_sets_of_boxes_of_one_picture_and_images_without_any_are_told() -> None:
    remarks, box = Remarks(), Thing(0, (1.0, 1.0, 5.0, 5.0))

    assert [
        remarks.add(name, b"same" if name in "ab" else name.encode(), Things(things))
        for name, things in (("a", (box,)), ("b", ()), ("c", ()), ("d", ()))
    ] == [False, True, False, False]
    assert remarks.warnings() == ["1 pictures have different boxes: a and b", "3 of 4 images have no box: b, c, d"]
