"""How far two outputs are from each other, NaN and infinity included."""

from __future__ import annotations

import numpy as np
from workbench.converter.checking.distance import FINE, distance

INFINITY, NAN = float("inf"), float("nan")


def array(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def test_the_largest_difference_counts_against_the_largest_value() -> None:
    found = distance(array(1, -4, 2), array(1, -4, 2.5), FINE)

    assert (found.largest, found.magnitude, found.relative) == (0.5, 4.0, 0.125)
    assert round(found.beyond, 3) == 0.333
    assert not found.alike


def test_what_is_nan_or_infinite_on_both_sides_is_the_same() -> None:
    same = array(NAN, INFINITY, -INFINITY, 3)

    assert distance(same, same.copy(), FINE).alike
    assert distance(same, array(NAN, -INFINITY, -INFINITY, 3), FINE).nonfinite == 1
    assert distance(same, array(0, INFINITY, -INFINITY, 3), FINE).nonfinite == 1


def test_another_shape_is_never_alike() -> None:
    found = distance(np.zeros((1, 3)), np.zeros((3, 1)), FINE)

    assert not found.alike
    assert found.to_json()["shapes"] == [[1, 3], [3, 1]]


def test_noise_around_nothing_is_alike() -> None:
    assert distance(array(0, 0), array(1e-7, -1e-7), FINE).alike


def test_one_pixel_in_a_picture_may_fall_to_its_other_neighbour() -> None:
    picture = np.ones((100, 200), np.float32)
    other = picture.copy()
    other[0, 0] = 2

    assert distance(picture, other, FINE).alike
    assert not distance(picture[:10], other[:10], FINE).alike


def test_a_model_that_any_rounding_moves_as_far_explains_a_difference() -> None:
    found, as_far, less = (distance(array(1, 2), array(1, 2 + by), FINE) for by in (0.5, 0.2, 0.1))

    assert found.explained_by(as_far)
    assert not found.explained_by(less)
    assert not distance(array(1, 2), array(1, NAN), FINE).explained_by(as_far)
