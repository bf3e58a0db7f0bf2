"""A classifier's score beside chance, and beside what its answers would score if they were read otherwise."""

from __future__ import annotations

from typing import Any

import pytest
from workbench.tasks.classification.annotation import Label
from workbench.tasks.classification.readings import belief
from workbench.tasks.classification.result import Ranking
from workbench.tasks.scoring import Scored

LABELS = [number % 12 for number in range(60)]


def said(answers: list[int], labels: list[int], offset: int = 0) -> dict[str, Any]:
    options = {"label_offset": offset}
    return belief(
        [
            Scored(f"{number}.png", "", Ranking(((answer, 1.0),)), Label(label), None, options)
            for number, (answer, label) in enumerate(zip(answers, labels, strict=True))
        ]
    )


def test_chance_is_what_the_most_frequent_class_alone_would_score() -> None:
    assert said([0] * 10, [0] * 7 + [1] * 3) == {"chance": 0.7, "other_reading": None, "constant": True}


@pytest.mark.parametrize(
    ("answers", "words", "remedy"),
    [
        ([label + 1 for label in LABELS], "the one 1 before it", "label_offset=1"),
        ([label + 2 for label in LABELS], "the one 2 before it", "label_offset=2"),
        ([label - 1 for label in LABELS], "the one 1 after it", "the dataset's classes in the model's order"),
        ([sorted(range(12), key=str).index(label) for label in LABELS], "of 10 before 2", "classes.txt"),
        ([sorted(range(12), key=str)[label] for label in LABELS], "of 10 before 2", "classes.txt"),
    ],
)
def test_another_reading_that_scores_far_more_is_told_with_what_to_do(answers, words, remedy) -> None:
    other = said(answers, LABELS)["other_reading"]

    assert other["value"] == 1.0
    assert words in other["words"]
    assert remedy in other["remedy"]


def test_the_offset_to_give_counts_from_the_one_that_was_given() -> None:
    other = said([label - 1 for label in LABELS], LABELS, offset=1)["other_reading"]

    assert "label_offset=0" in other["remedy"]


def test_of_a_classifier_that_is_right_no_other_reading_is_told() -> None:
    assert said(LABELS, LABELS)["other_reading"] is None


def test_a_few_lucky_images_are_no_other_reading() -> None:
    assert said([1, 2], [0, 1])["other_reading"] is None
    assert belief([]) == {}
