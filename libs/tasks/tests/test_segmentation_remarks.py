"""What is odd about a set of masks."""

from __future__ import annotations

import numpy as np
from workbench.tasks.semantic_segmentation.annotation import Annotation
from workbench.tasks.semantic_segmentation.remarks import Remarks


def mask(*classes: int) -> Annotation:
    return Annotation.of(np.array([classes], np.uint8))


def test_several_classes_and_no_picture_twice_are_nothing_odd() -> None:
    remarks = Remarks()

    assert not remarks.add("a.jpg", b"a", mask(0, 0))
    assert not remarks.add("b.jpg", b"b", mask(3, 255))
    assert remarks.warnings() == []


def test_one_picture_with_two_masks_is_told_by_name() -> None:
    remarks = Remarks()
    remarks.add("a.jpg", b"same", mask(0, 1))

    assert not remarks.add("b.jpg", b"same", mask(0, 1))
    assert remarks.add("c.jpg", b"same", mask(1, 0))
    assert remarks.warnings() == ["1 pictures have different masks: a.jpg and c.jpg"]


def test_one_class_everywhere_says_nothing_of_accuracy_whatever_is_ignored() -> None:
    remarks = Remarks()
    remarks.add("a.jpg", b"a", mask(2, 2))
    remarks.add("b.jpg", b"b", mask(2, 255))

    assert remarks.warnings() == ["All pixels are of one class, 2: accuracy will say nothing."]


def test_masks_that_judge_nothing_are_told_by_name() -> None:
    remarks = Remarks()
    remarks.add("z.jpg", b"z", mask(0, 1))
    for number in range(6):
        remarks.add(f"{number}.jpg", b"%d" % number, mask(255, 255))

    assert remarks.warnings() == [
        "In 6 masks every pixel is ignored (255), so nothing of them counts: 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg …"
    ]
