"""Metrics: what counts as a hit, and what so many images can tell."""

from __future__ import annotations

from workbench.calibrator.metrics import TABLE, Prediction


def prediction(*classes: int, label: int | None = None, reference: int | None = None) -> Prediction:
    top = [(class_id, 1.0 - index / 10) for index, class_id in enumerate(classes)]
    return Prediction("a.jpg", "0" * 64, label, top, None if reference is None else [(reference, 1.0)])


def test_every_module_adds_its_metrics_to_the_table() -> None:
    assert list(TABLE) == ["top1", "top5", "top1_agreement"]


def test_top1_is_the_share_of_first_answers_that_are_right() -> None:
    predictions = [prediction(3, 1, label=3), prediction(3, 1, label=1), prediction(2, label=2), prediction(0, label=9)]

    measured = TABLE["top1"].measure(predictions)

    assert measured is not None
    assert (measured.share.value, measured.n) == (0.5, 4)


def test_top5_looks_at_five_answers_and_no_more() -> None:
    among = prediction(9, 8, 7, 6, 5, 4, label=5)
    sixth = prediction(9, 8, 7, 6, 5, 4, label=4)

    measured = TABLE["top5"].measure([among, sixth])

    assert measured is not None
    assert measured.share.value == 0.5


def test_an_image_without_a_label_does_not_count() -> None:
    measured = TABLE["top1"].measure([prediction(3, label=3), prediction(3)])

    assert measured is not None
    assert (measured.share.value, measured.n) == (1.0, 1)


def test_without_any_label_there_is_no_accuracy() -> None:
    assert TABLE["top1"].measure([prediction(3), prediction(4)]) is None


def test_agreement_needs_no_label() -> None:
    measured = TABLE["top1_agreement"].measure([prediction(3, reference=3), prediction(3, reference=4)])

    assert measured is not None
    assert (measured.share.value, measured.n) == (0.5, 2)


def test_without_a_reference_there_is_no_agreement() -> None:
    assert TABLE["top1_agreement"].measure([prediction(3, label=3)]) is None


def test_a_background_answer_is_no_label() -> None:
    measured = TABLE["top1"].measure([prediction(-1, 0, label=0)])

    assert measured is not None
    assert measured.share.value == 0.0
