"""The tasks, one line each, as APIs, formats and reference pages need them: light, neither NumPy nor Pillow.

``computing.py`` has the same tasks with what cores need of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from workbench.imaging.fields import check_choice, exact
from workbench.tasks.classification import options as classification
from workbench.tasks.generic import options as generic
from workbench.tasks.guess import Guess
from workbench.tasks.option import Option
from workbench.tasks.recipe import Recipe


class Choosing(Protocol):
    """``options.py`` of a task."""

    HEADS: tuple[str, ...]
    OPTIONS: tuple[Option, ...]
    RESIZE: str

    def guess(
        self, outputs: Sequence[Mapping[str, Any]], output: str | None, labels: Sequence[str] | None
    ) -> Guess | None:
        """What a model with these outputs most likely needs; None when it does not do this task."""
        ...


@dataclass(frozen=True)
class Task:
    """``name`` as people and files write it; ``words`` say what a model that does it answers.

    ``judged``: whether there is a line in ``computing.py``, so that its accuracy can be measured.
    """

    name: str
    words: str
    judged: bool
    choosing: Choosing

    @property
    def options(self) -> dict[str, Option]:
        """By name."""
        return {option.name: option for option in self.choosing.OPTIONS}


TASKS: tuple[Task, ...] = (
    Task("classification", "which class a picture belongs to", True, classification),
    Task("generic", "anything: speed is measured, accuracy is not", False, generic),
)
NAMES = tuple(task.name for task in TASKS)
OPTIONS = {name: option for task in TASKS for name, option in task.options.items()}


def task_of(name: object) -> Task:
    """Raises BadRecipe."""
    check_choice("task", name, NAMES)
    return next(task for task in TASKS if task.name == name)


def check(recipe: Recipe) -> Recipe:
    """The recipe with every option of its task, those left out at their defaults. Raises BadRecipe."""
    task = task_of(recipe.task)
    if recipe.head is not None:
        check_choice("head", recipe.head, task.choosing.HEADS)
    given = exact(recipe.options, task.options, (), "options")
    for name, value in given.items():
        task.options[name].check(value)
    return replace(recipe, options={name: given.get(name, option.default) for name, option in task.options.items()})
