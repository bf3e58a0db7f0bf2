"""Scores become classes, best first, whatever ones surround them; what are no scores is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from workbench.imaging.preprocess import Fitted
from workbench.tasks.catalogue import check
from workbench.tasks.classification.heads.scores import class_scores, classes, read
from workbench.tasks.recipe import Recipe


def recipe(top_k: int = 5, label_offset: int = 0) -> Recipe:
    return check(
        Recipe.from_json(
            {
                "task": "classification",
                "top_k": top_k,
                "label_offset": label_offset,
                "input": {"name": "data", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
            }
        )
    )


FITTED = Fitted(Image.new("RGB", (8, 8)), (8, 8), (1.0, 1.0), 0, 0)


def classify(output, recipe: Recipe) -> list[tuple[int, float]]:
    return list(read({"scores": output}, recipe, FITTED).top[: recipe.options["top_k"]])


SCORES = np.array([0.1, 0.5, 0.0, 0.3, 0.05, 0.05], np.float32)


def test_the_best_class_comes_first() -> None:
    assert [class_id for class_id, _ in classify(SCORES, recipe(top_k=3))] == [1, 3, 0]


def test_the_scores_are_the_models_own() -> None:
    assert classify(SCORES, recipe(top_k=1)) == [(1, pytest.approx(0.5))]


@pytest.mark.parametrize("shape", [(6,), (1, 6), (1, 6, 1, 1), (1, 1, 1, 6), (6, 1)])
def test_ones_around_the_classes_do_not_matter(shape: tuple[int, ...]) -> None:
    assert classify(SCORES.reshape(shape), recipe(top_k=2)) == classify(SCORES, recipe(top_k=2))


def test_of_equal_scores_the_lower_class_comes_first() -> None:
    assert [class_id for class_id, _ in classify(np.zeros(1000), recipe())] == [0, 1, 2, 3, 4]


def test_fewer_classes_than_top_k_are_all_given() -> None:
    assert len(classify(np.array([[0.2, 0.8]]), recipe(top_k=5))) == 2


def test_a_model_of_one_class_has_one_answer() -> None:
    assert classify(np.array([[0.7]]), recipe()) == [(0, pytest.approx(0.7))]


def test_a_background_class_stands_before_the_datasets_classes() -> None:
    best = classify(np.array([[0.6, 0.1, 0.3]]), recipe(label_offset=1))

    assert [class_id for class_id, _ in best] == [-1, 1, 0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int32, np.uint8])
def test_any_number_type_is_taken(dtype: type) -> None:
    assert classify(np.array([[3, 1, 2]], dtype), recipe(top_k=1)) == [(0, 3.0)]


def test_minus_infinity_rules_a_class_out() -> None:
    assert classify(np.array([-np.inf, 1.0, 0.0]), recipe(top_k=2)) == [(1, 1.0), (2, 0.0)]


def test_infinity_is_no_score() -> None:
    with pytest.raises(ValueError, match="1 of 3 scores are not finite"):
        classify(np.array([-np.inf, np.inf, 0.0]), recipe(top_k=2))


@pytest.mark.parametrize("shape", [(1, 10, 4), (2, 10), (1, 3, 8, 8), ()])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"shape \[1, classes\]"):
        classify(np.zeros(shape), recipe())


def test_an_empty_output_is_refused() -> None:
    with pytest.raises(ValueError, match=r"not \[1, 0\]"):
        classify(np.zeros((1, 0)), recipe())


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="1 of 3 scores"):
        classify(np.array([0.1, np.nan, 0.2]), recipe())


def test_the_output_itself_is_left_as_it_is() -> None:
    output = SCORES.copy().reshape(1, 6)

    class_scores(output)[0] = 9

    np.testing.assert_array_equal(output[0], SCORES)


def test_the_output_that_the_recipe_names_is_read() -> None:
    named = replace(recipe(), output="second")

    assert read({"first": np.zeros(6), "second": SCORES}, named, FITTED).first == 1
    assert read({"first": np.zeros(6), "second": SCORES}, recipe(), FITTED).first == 0


def test_there_are_as_many_classes_as_scores_a_background_class_among_them() -> None:
    assert classes({"scores": SCORES[None]}, recipe(label_offset=1)) == 6
