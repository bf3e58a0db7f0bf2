"""A mask has a class for each pixel of its image, or the fault is told in words."""

from __future__ import annotations

import json

import numpy as np
import pytest
from workbench.tasks.semantic_segmentation.annotation import Annotation, faults, from_json, to_json

MASK = np.array([[0, 1, 2], [20, 255, 0]], np.uint8)


def test_a_mask_survives_the_way_through_json() -> None:
    annotation = Annotation.of(MASK)

    read = from_json(json.loads(json.dumps(to_json(annotation))))

    assert read == annotation
    assert read.size == (3, 2)
    np.testing.assert_array_equal(read.mask(), MASK)


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({}, "must hold a mask and nothing else, not nothing"),
        ({"label": 1}, "not label"),
        (to_json(Annotation.of(MASK)) | {"more": 1}, "not mask, more"),
        ({"mask": None}, "the mask must be the base64 of a PNG"),
        ({"mask": "AAAA"}, "the mask is not a PNG"),
    ],
)
def test_what_is_no_mask_is_refused_in_words(document: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        from_json(document)


def test_a_mask_of_its_images_size_with_known_classes_has_no_fault() -> None:
    assert faults(Annotation.of(MASK), 3, 2, 21) == []
    assert faults(Annotation.of(MASK), 3, 2, None) == []


def test_a_mask_of_another_size_and_unknown_classes_are_two_faults() -> None:
    assert faults(Annotation.of(MASK), 2, 3, 2) == [
        "the mask is 3×2, the image 2×3 pixels",
        "the mask has the class 2, 20; there are 2 classes, so 0 to 1 are accepted, and 255 where nothing is known",
    ]


def test_of_many_unknown_classes_some_are_named() -> None:
    many = Annotation.of(np.arange(100, dtype=np.uint8)[None])

    assert "the class 1, 2, 3, 4, 5, 6, 7, 8 …; there are 1 classes" in faults(many, 100, 1, 1)[0]
