"""Metrics of a classifier: what counts as a hit."""

from __future__ import annotations

from workbench.figures import Figure
from workbench.tasks.classification.annotation import Label
from workbench.tasks.classification.metrics import METRICS, Classified, line
from workbench.tasks.classification.result import Ranking
from workbench.tasks.scoring import Scored

TABLE = {metric.name: metric for metric in METRICS}


def prediction(*classes: int, label: int | None = None, reference: int | None = None) -> Classified:
    top = tuple((class_id, 1.0 - index / 10) for index, class_id in enumerate(classes))
    known = None if label is None else Label(label)
    return Scored("a.jpg", "0" * 64, Ranking(top), known, None if reference is None else Ranking(((reference, 1.0),)))


def measure(name: str, predictions: list[Classified]) -> tuple[Figure, int] | None:
    """The figure, and over how many images; None when there is not one that the metric applies to."""
    items = [found for each in predictions if (found := TABLE[name].item(each)) is not None]
    return (TABLE[name].total(items), len(items)) if items else None


def test_what_is_correct_comes_before_what_merely_agrees() -> None:
    assert list(TABLE) == ["top1", "top5", "top1_agreement"]


def test_top1_is_the_share_of_first_answers_that_are_right() -> None:
    predictions = [prediction(3, 1, label=3), prediction(3, 1, label=1), prediction(2, label=2), prediction(0, label=9)]

    measured = measure("top1", predictions)

    assert measured is not None
    assert (measured[0].value, measured[1]) == (0.5, 4)


def test_top5_looks_at_five_answers_and_no_more() -> None:
    among = prediction(9, 8, 7, 6, 5, 4, label=5)
    sixth = prediction(9, 8, 7, 6, 5, 4, label=4)

    measured = measure("top5", [among, sixth])

    assert measured is not None
    assert measured[0].value == 0.5


def test_an_image_without_a_label_does_not_count() -> None:
    measured = measure("top1", [prediction(3, label=3), prediction(3)])

    assert measured is not None
    assert (measured[0].value, measured[1]) == (1.0, 1)


def test_without_any_label_there_is_no_accuracy() -> None:
    assert measure("top1", [prediction(3), prediction(4)]) is None


def test_agreement_needs_no_label() -> None:
    measured = measure("top1_agreement", [prediction(3, reference=3), prediction(3, reference=4)])

    assert measured is not None
    assert (measured[0].value, measured[1]) == (0.5, 2)


def test_without_a_reference_there_is_no_agreement() -> None:
    assert measure("top1_agreement", [prediction(3, label=3)]) is None


def test_a_background_answer_is_no_label() -> None:
    measured = measure("top1", [prediction(-1, 0, label=0)])

    assert measured is not None
    assert measured[0].value == 0.0


def test_what_is_kept_of_an_image_says_whether_the_first_answer_was_right() -> None:
    assert line(prediction(3, 1, label=1)) == {"label": 1, "top": [[3, 1.0], [1, 0.9]], "correct": False}
    assert line(prediction(3)) == {"label": None, "top": [[3, 1.0]], "correct": None}
