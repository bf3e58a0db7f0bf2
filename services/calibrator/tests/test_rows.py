"""Two evaluations of the same images are paired image by image, whatever the task."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from workbench.calibrator import predictions
from workbench.calibrator.predictions import Noted
from workbench.calibrator.rows import changed_items, row
from workbench.tasks.classification.result import Ranking
from workbench.tasks.computing import computing_of
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Scored

TASK = computing_of("classification")
assert TASK is not None
TOP1, _, AGREEMENT = TASK.metrics
RECIPE = Recipe.from_json(
    {
        "task": "classification",
        "labels": ["cat", "dog"],
        "input": {"name": "x", "width": 8, "height": 8, "channels": 3, "layout": "NCHW"},
    }
)


def answers(*correct: bool | None) -> list[Noted]:
    return [
        Noted(f"{number}.png", f"{number:064d}", int(bool(ok)), {} if ok is None else {"top1": ok}, {})
        for number, ok in enumerate(correct)
    ]


def test_a_change_is_paired_over_the_same_images() -> None:
    theirs, mine = answers(*[True] * 80 + [False] * 20), answers(*[True] * 90 + [False] * 10)

    change = row(TOP1, mine, theirs, RECIPE)["change"]

    assert (change["value"], change["n"]) == (pytest.approx(0.1), 100)
    assert 0 < change["low"] < 0.1 < change["high"]
    assert change["beyond_noise"]


def test_equal_answers_are_no_change_but_two_images_do_not_prove_it() -> None:
    mine = answers(True, False)

    change = row(TOP1, mine, mine, RECIPE)["change"]

    assert (change["value"], change["n"], change["beyond_noise"]) == (0.0, 2, False)
    assert change["low"] < -0.5


def test_images_that_became_right_wrong_or_merely_different_are_named() -> None:
    mine, theirs = answers(True, False, True, None), answers(True, True, False, None)
    mine[3] = replace(mine[3], answer=7)

    changed = changed_items(TOP1, mine, theirs)

    assert (changed["fixed"], changed["broken"]) == (["2.png"], ["1.png"])
    assert changed["differing"] == ["1.png", "2.png", "3.png"]
    assert (changed["fixed_n"], changed["broken_n"], changed["differing_n"]) == (1, 1, 3)


def test_an_image_that_only_one_has_seen_or_that_has_other_bytes_pairs_with_none() -> None:
    mine, theirs = answers(True, True, True), answers(False, False)
    theirs[1] = replace(theirs[1], sha256="f" * 64)

    assert row(TOP1, mine, theirs, RECIPE)["change"]["n"] == 1
    assert changed_items(TOP1, mine, theirs)["fixed"] == ["0.png"]


def test_without_another_evaluation_no_change_is_told() -> None:
    assert "change" not in row(TOP1, answers(True), [], RECIPE)


def test_a_metric_that_applies_to_no_image_has_no_row() -> None:
    assert row(TOP1, answers(None), answers(True), RECIPE) is None


def test_without_labels_what_disagrees_with_the_reference_is_lost() -> None:
    said = [Scored(f"{n}.png", f"{n:064d}", Ranking(((n % 2, 1.0),)), None, Ranking(((0, 1.0),))) for n in range(10)]

    found = row(AGREEMENT, predictions.noted(TASK, said), [], RECIPE)

    assert (found["value"], found["change"]["value"]) == (0.5, -0.5)
    assert found["change"]["low"] == pytest.approx(found["low"] - 1)
    assert found["change"]["beyond_noise"]


def test_what_is_kept_of_an_evaluation_is_read_back(tmp_path: Path) -> None:
    file, mine = tmp_path / "predictions.jsonl", answers(True, None)

    predictions.write(file, mine, [{"top": []}] * 2)

    assert predictions.read(file) == mine
    assert predictions.read(tmp_path / "none") == []


def test_an_evaluation_of_release_0_1_0_has_nothing_to_pair(tmp_path: Path) -> None:
    file = tmp_path / "predictions.jsonl"
    file.write_text('{"name": "a.png", "sha256": "0", "label": 1, "top": [[1, 0.5]], "correct": true}\n')

    assert predictions.read(file) == []
