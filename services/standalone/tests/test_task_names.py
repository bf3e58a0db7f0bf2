"""A new task needs nothing of the client and nothing of pipelines: neither knows one by name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from workbench.tasks.catalogue import TASKS
from workbench.webapp.recipes import RecipeSettings

ROOT = Path(__file__).parents[3]
# What is said of the picture, whatever the task, may have the name of an option, too: the layout of the input.
NAMES = {name for task in TASKS for name in (task.name, *task.options)} - set(RecipeSettings().fields)
SPELLINGS = sorted({spelt for name in NAMES for spelt in (name, name.replace("-", "_"), name.replace("_", "-"))})
# An option of one plain word, such as order, is meant where it stands in quotes; in a sentence it is just a word.
_PLAIN = [name for name in SPELLINGS if name.isalpha() and name not in {task.name for task in TASKS}]
_COMPOUND = [name for name in SPELLINGS if name not in _PLAIN]
_WORD = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, _COMPOUND))})(?![\w-])|[\"']({'|'.join(_PLAIN)})[\"']")


@pytest.mark.parametrize("folder", ["libs/client/src", "services/project/src"])
def test_no_task_and_no_option_of_one_is_named(folder: str) -> None:
    files = list((ROOT / folder).rglob("*.py"))
    named = [f"{file.name}: {found[0]}" for file in files for found in _WORD.finditer(file.read_text())]

    assert len(files) > 10
    assert named == []
