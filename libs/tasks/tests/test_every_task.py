"""The two tables hold against each other, and every task says all that a person needs to choose."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from workbench.imaging.fields import BadRecipe
from workbench.imaging.preparation import RESIZES
from workbench.tasks.catalogue import NAMES, TASKS, check_settings, task_of
from workbench.tasks.computing import COMPUTING, computing_of

JUDGED = [task.name for task in TASKS if task.judged]


def test_the_two_tables_have_the_same_tasks() -> None:
    assert [each.name for each in COMPUTING] == JUDGED


@pytest.mark.parametrize("name", JUDGED)
def test_what_is_told_of_metrics_and_heads_is_what_computes(name: str) -> None:
    told, computing = task_of(name).choosing, computing_of(name)
    assert computing is not None

    assert [(each.name, each.unit, each.better, each.needs) for each in told.METRICS] == [
        (each.name, each.unit, each.better, each.needs) for each in computing.metrics
    ]
    assert [head.name for head in told.HEADS] == [head.NAME for head in computing.running.heads]


@pytest.mark.parametrize("name", NAMES)
def test_every_choice_has_words_and_every_default_is_accepted(name: str) -> None:
    task = task_of(name)

    told = [task, *task.choosing.HEADS, *task.choosing.OPTIONS, *task.choosing.METRICS]
    assert [each.name for each in told if not each.words.strip()] == []
    assert task.choosing.RESIZE in RESIZES
    check_settings(name, None, {option.name: option.default for option in task.choosing.OPTIONS})
    assert json.loads(json.dumps(task.to_json())) == task.to_json()


@pytest.mark.parametrize("name", NAMES)
def test_what_a_task_does_not_have_is_refused_with_what_it_has(name: str) -> None:
    with pytest.raises(BadRecipe, match="accepted here are") as refused:
        check_settings(name, None, {"nonsense": 1})
    assert refused.value.field == "options.nonsense"

    with pytest.raises(BadRecipe) as refused:
        check_settings(name, "nonsense", {})
    assert refused.value.field == "head"


def test_settings_without_a_task_fit_any_that_has_them() -> None:
    check_settings(None, "scores", {"top_k": 3})

    with pytest.raises(BadRecipe, match=r"options.top_k: must be a whole number from 1 to 100, not 0"):
        check_settings(None, None, {"top_k": 0})


def test_neither_recipe_nor_catalogue_needs_numpy_or_pillow() -> None:
    code = "import sys, workbench.tasks.catalogue; print({'numpy', 'PIL'} & set(sys.modules))"

    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert printed.stdout.strip() == "set()"
