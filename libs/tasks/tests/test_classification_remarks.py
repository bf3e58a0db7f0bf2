"""What is odd about one label, and about a whole set of them."""

from __future__ import annotations

import pytest
from workbench.tasks.classification.annotation import Label, faults
from workbench.tasks.classification.remarks import Remarks


@pytest.mark.parametrize(
    ("label", "classes", "said"),
    [
        (1, 2, []),
        (2, 2, ["the label 2 is outside 0 to 1"]),
        (999, None, []),
    ],
)
def test_a_label_is_one_of_the_classes_where_these_are_known(label: int, classes: int | None, said: list[str]) -> None:
    assert faults(Label(label), 20, 16, classes) == said


def test_two_labels_and_no_picture_twice_are_nothing_odd() -> None:
    remarks = Remarks()

    assert not remarks.add("a.jpg", b"a", Label(0))
    assert not remarks.add("b.jpg", b"b", Label(1))
    assert remarks.warnings() == []


def test_one_picture_with_two_labels_is_told_by_name() -> None:
    remarks = Remarks()
    remarks.add("a.jpg", b"same", Label(0))

    assert not remarks.add("b.jpg", b"same", Label(0))
    assert remarks.add("c.jpg", b"same", Label(1))
    assert remarks.warnings() == ["1 images have different labels: a.jpg (0) and c.jpg (1)"]


def test_of_many_contradictions_a_few_are_told() -> None:
    remarks = Remarks()
    for number in range(9):
        remarks.add(f"{number}.jpg", b"same", Label(number))

    assert remarks.warnings()[0].startswith("8 images have different labels: 0.jpg (0) and 1.jpg (1), ")
    assert remarks.warnings()[0].endswith("0.jpg (0) and 5.jpg (5) …")


def test_one_label_everywhere_says_nothing_of_accuracy() -> None:
    remarks = Remarks()
    remarks.add("a.jpg", b"a", Label(3))
    remarks.add("b.jpg", b"b", Label(3))

    assert remarks.warnings() == ["All images have the same label: accuracy will say nothing."]
