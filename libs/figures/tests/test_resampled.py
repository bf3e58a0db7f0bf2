"""An interval drawn from images: it covers the truth about as often as it says, and pairs what belongs together."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from workbench.figures import FEWEST_IMAGES, wilson
from workbench.figures.resampled import resampled, resampled_change


def mean(images: NDArray) -> NDArray:
    return np.array([images.mean()])


def ratio(images: NDArray) -> NDArray:
    """Of sums over all images, for each of the columns but the last, which is what they are divided by."""
    sums = images.sum(0)
    with np.errstate(invalid="ignore"):
        return sums[:-1] / sums[-1]


def test_the_figure_is_that_of_all_images_and_lies_in_its_interval() -> None:
    images = np.random.default_rng(1).integers(0, 10, (50, 3))

    both = resampled(images, ratio, 0, 1)

    assert [figure.value for figure in both] == pytest.approx(ratio(images).tolist())
    assert all(figure.low < figure.value < figure.high for figure in both)


def test_the_same_images_have_the_same_interval() -> None:
    images = np.random.default_rng(1).random(30)

    assert resampled(images, mean, 0, 1) == resampled(images.copy(), mean, 0, 1)


def test_for_a_share_of_many_images_it_is_wilsons() -> None:
    hits = np.arange(400) < 300

    (drawn,) = resampled(hits, mean, 0, 1)

    told = wilson(300, 400)
    assert (drawn.low, drawn.high) == (pytest.approx(told.low, abs=0.01), pytest.approx(told.high, abs=0.01))


@pytest.mark.parametrize("images", [8, 25])
def test_it_covers_the_truth_about_as_often_as_it_says(images: int) -> None:
    random = np.random.default_rng(7)
    covered = [resampled(random.beta(2, 2, images), mean, 0, 1)[0].holds(0.5) for _ in range(150)]

    assert np.mean(covered) >= 0.91


@pytest.mark.parametrize("images", range(1, FEWEST_IMAGES))
def test_a_handful_of_images_tells_nothing_beyond_what_can_be_at_all(images: int) -> None:
    (drawn,) = resampled(np.ones(images), mean, 0, 1)

    assert (drawn.value, drawn.low, drawn.high) == (1, 0, 1)


def test_no_images_make_no_figure() -> None:
    with pytest.raises(ValueError, match="no images"):
        resampled(np.ones(0), mean, 0, 1)


def test_what_says_nothing_has_no_interval_and_disturbs_no_other() -> None:
    nothing, half = resampled(np.array([[np.nan, 1.0, 2.0]] * 9), ratio, 0, 1)

    assert np.isnan([nothing.value, nothing.low, nothing.high]).all()
    assert (half.value, half.low, half.high) == (0.5, 0.5, 0.5)


def test_a_small_change_on_the_same_images_shows_where_two_intervals_overlap() -> None:
    hard = np.random.default_rng(3).random(60)
    worse = hard - 0.02

    change = resampled_change(worse, hard, mean, 1)

    assert change.value == pytest.approx(-0.02)
    assert change.high < 0
    assert resampled(worse, mean, 0, 1)[0].high > resampled(hard, mean, 0, 1)[0].low


def test_equal_answers_are_no_change_and_few_images_may_be_any() -> None:
    images = np.random.default_rng(3).random(60)

    same, few = resampled_change(images, images, mean, 1), resampled_change(images[:3], images[:3], mean, 1)

    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert (few.value, few.low, few.high) == (0, -1, 1)
