"""Mean IoU and pixel accuracy are what scikit-learn makes of the same pixels."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from workbench.tasks.scoring import Scored
from workbench.tasks.semantic_segmentation.annotation import Annotation
from workbench.tasks.semantic_segmentation.metrics import METRICS, Segmented, answer, counts, line
from workbench.tasks.semantic_segmentation.result import NOTHING, ClassMap

MEAN_IOU, PIXEL_ACCURACY, AGREEMENT = METRICS
SHAPE = (40, 30)


@pytest.fixture
def sklearn() -> ModuleType:
    """Its metrics, whose import takes a second: only in the process of these tests."""
    import sklearn.metrics

    return sklearn.metrics


def scored(
    said: NDArray, there: NDArray | None = None, reference: NDArray | None = None, ignored: int = 255
) -> Segmented:
    return Scored(
        "a.jpg",
        "0" * 64,
        ClassMap.of(said.astype(np.uint8)),
        None if there is None else Annotation.of(there.astype(np.uint8)),
        None if reference is None else ClassMap.of(reference.astype(np.uint8)),
        {"ignore_label": ignored},
    )


def images(number: int, classes: int = 7, seed: int = 0) -> list[tuple[NDArray, NDArray]]:
    """What is said and what is there: mostly the same, some pixels of what is there not judged."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(number):
        there = random.integers(0, classes, SHAPE)
        said = np.where(random.random(SHAPE) < random.random(), there, random.integers(0, classes, SHAPE))
        found.append((said, np.where(random.random(SHAPE) < 0.1, 255, there)))
    return found


def judged(pairs: list[tuple[NDArray, NDArray]]) -> tuple[NDArray, NDArray]:
    said, there = (np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1))
    return said[there != 255], there[there != 255]


def test_the_figures_are_those_of_scikit_learn_to_six_digits(sklearn: ModuleType) -> None:
    pairs = images(12)
    said, there = judged(pairs)

    items = [MEAN_IOU.item(scored(*pair)) for pair in pairs]

    assert MEAN_IOU.total(items).value == pytest.approx(sklearn.jaccard_score(there, said, average="macro"), abs=1e-6)
    assert PIXEL_ACCURACY.total(items).value == pytest.approx(sklearn.accuracy_score(there, said), abs=1e-6)
    parts = {number: figure.value for number, figure in MEAN_IOU.parts(items).items()}
    assert parts == pytest.approx(dict(enumerate(sklearn.jaccard_score(there, said, average=None))), abs=1e-6)


def test_the_counts_of_an_image_are_those_of_the_confusion_matrix(sklearn: ModuleType) -> None:
    [(said, there)] = images(1, classes=4)
    matrix = sklearn.confusion_matrix(*judged([(said, there)])[::-1])

    found = np.array(counts(said.astype(np.uint8), there.astype(np.uint8), 255))

    assert found.tolist() == np.column_stack([range(4), np.diag(matrix), matrix.sum(0), matrix.sum(1)]).tolist()


def test_it_is_a_ratio_of_sums_over_all_images_not_a_mean_of_theirs() -> None:
    large, small = np.zeros((10, 10), int), np.zeros((10, 10), int)
    small[0, 0] = 1
    pairs = [(large, large), (np.zeros((10, 10), int), small)]

    items = [MEAN_IOU.item(scored(*pair)) for pair in pairs]

    assert MEAN_IOU.total(items).value == pytest.approx((199 / 200 + 0) / 2)


def test_a_class_that_is_neither_said_nor_there_does_not_count_and_one_that_is_only_said_does() -> None:
    there = np.zeros((4, 4), int)
    said = there.copy()
    said[0, 0] = 9

    item = MEAN_IOU.item(scored(said, there))

    assert MEAN_IOU.total([item]).value == pytest.approx((15 / 16 + 0) / 2)
    assert set(MEAN_IOU.parts([item])) == {0, 9}


@pytest.mark.parametrize("ignored", [255, 3])
def test_pixels_that_are_not_judged_count_for_nothing_whatever_is_said_there(ignored: int) -> None:
    there = np.array([[0, 0, 1, ignored]])

    item = MEAN_IOU.item(scored(np.array([[0, 0, 1, 2]]), there, ignored=ignored))

    assert item == [[0, 2, 2, 2], [1, 1, 1, 1]]
    assert MEAN_IOU.total([item]).value == PIXEL_ACCURACY.total([item]).value == 1


def test_where_the_model_has_no_class_it_is_wrong() -> None:
    item = MEAN_IOU.item(scored(np.array([[0, NOTHING]]), np.array([[0, 0]])))

    assert item == [[0, 1, 1, 2]]
    assert MEAN_IOU.total([item]).value == PIXEL_ACCURACY.total([item]).value == 0.5


def test_images_of_which_nothing_is_judged_have_no_figure() -> None:
    item = MEAN_IOU.item(scored(np.zeros((2, 2)), np.full((2, 2), 255)))

    assert np.isnan(MEAN_IOU.total([item] * 6).value)
    assert MEAN_IOU.parts([item]) == {}


def test_agreement_is_with_what_the_reference_says() -> None:
    said, reference = np.array([[0, 0, 1, 1]]), np.array([[0, 1, 1, 1]])

    assert AGREEMENT.item(scored(said)) is None
    item = AGREEMENT.item(scored(said, reference=reference))
    assert AGREEMENT.total([item]).value == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert MEAN_IOU.item(scored(said, reference=reference)) is None


def test_a_small_loss_on_the_same_images_shows_where_two_intervals_overlap() -> None:
    pairs = images(40)
    worse = [(np.where(np.arange(SHAPE[1]) < 1, (said + 1) % 7, said), there) for said, there in pairs]
    mine, theirs = ([MEAN_IOU.item(scored(*pair)) for pair in each] for each in (worse, pairs))

    change = MEAN_IOU.change(mine, theirs)

    assert change.value == pytest.approx(MEAN_IOU.total(mine).value - MEAN_IOU.total(theirs).value)
    assert change.high < 0
    assert MEAN_IOU.total(mine).high > MEAN_IOU.total(theirs).low
    assert MEAN_IOU.change(theirs, theirs).value == 0


def test_the_figure_lies_in_its_interval() -> None:
    figure = MEAN_IOU.total([MEAN_IOU.item(scored(*pair)) for pair in images(15)])

    assert 0 < figure.low < figure.value < figure.high < 1


def test_what_is_kept_is_the_map_and_in_short_the_classes_that_are_more_than_an_edge() -> None:
    said = np.zeros((20, 20), np.uint8)
    said[:2], said[5, 5] = 7, 9

    assert ClassMap.from_json(line(scored(said))) == ClassMap.of(said)
    assert answer(ClassMap.of(said)) == [0, 7]


def test_what_the_most_frequent_class_everywhere_scores_is_told_beside_it(sklearn: ModuleType) -> None:
    pairs = images(8, classes=3)
    _, there = judged(pairs)
    most = np.full_like(there, np.bincount(there).argmax())

    told = MEAN_IOU.belief([scored(*pair) for pair in pairs])

    assert told["chance"] == pytest.approx(sklearn.jaccard_score(there, most, average="macro", zero_division=0))
    gained = MEAN_IOU.total([MEAN_IOU.item(scored(*pair)) for pair in pairs]).value - told["chance"]
    assert told["over_chance"]["value"] == pytest.approx(gained)
    assert told["over_chance"]["low"] > 0


def test_one_class_everywhere_is_no_better_than_chance() -> None:
    said = np.zeros(SHAPE)

    told = MEAN_IOU.belief([scored(said, np.maximum(there - 3, 0)) for _, there in images(6)])

    assert told["over_chance"] == {"value": 0, "low": 0, "high": 0}


def test_where_there_is_one_class_only_nothing_is_chance() -> None:
    assert MEAN_IOU.belief([scored(np.zeros(SHAPE), np.zeros(SHAPE))] * 6) == {}
    assert MEAN_IOU.belief([scored(np.zeros(SHAPE))]) == {}
