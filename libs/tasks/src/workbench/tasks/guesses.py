"""Which task a model does: what all rooms conclude from its facts, in one order. Standard library only.

The surest comes first, of equal ones that of the earlier line in the catalogue. It is settled when it is at least
likely and no other is as sure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.tasks.catalogue import TASKS, task_of
from workbench.tasks.guess import LIKELY, POSSIBLE, SURENESS, Guess
from workbench.tasks.model_facts import ModelFacts

GENERIC = "generic"
Classes = Mapping[str, Sequence[str]]  # their names by task


@dataclass(frozen=True)
class Guessed:
    """What one task's room concluded."""

    task: str
    guess: Guess

    def to_json(self) -> dict[str, Any]:
        """As a manifest's ``facts.guesses`` keeps it."""
        guess = self.guess
        return {
            "task": self.task,
            "head": guess.head,
            "options": dict(guess.options),
            "sure": guess.sure,
            "why": guess.why,
        }

    def __str__(self) -> str:
        return f"{self.task} ({self.guess.sure}: {self.guess.why})"


def guesses(facts: Mapping[str, Any], classes: Classes | None = None, output: str | None = None) -> list[Guessed]:
    """From a model's facts; ``classes`` are those of the dataset it shall predict, ``output`` the tensor to read."""
    model = ModelFacts(facts, output)
    known = {task.name: (classes or {}).get(task.name) or model.labels for task in TASKS}
    found = [Guessed(task.name, guess) for task in TASKS if (guess := task.choosing.guess(model, known[task.name]))]
    found = [_as_told(each, facts.get("source")) for each in _what_is_left(found)]
    return sorted(found, key=lambda each: -SURENESS.index(each.guess.sure))


def classes_of(dataset: Mapping[str, Any] | None) -> Classes:
    """Of a dataset's facts; the first release had ``labels`` alone."""
    facts = dataset or {}
    return facts.get("classes") or ({"classification": facts["labels"]} if facts.get("labels") else {})


def tasks_of(dataset: Mapping[str, Any] | None) -> list[str]:
    """Those that a dataset is annotated for; the first release knew of one."""
    facts = dataset or {}
    return list(facts.get("tasks", ["classification"] if facts.get("annotated") else []))


def settled(found: Sequence[Guessed]) -> Guessed | None:
    """The one to go on with unasked; ``found`` is in order."""
    if not found or found[0].guess.sure == POSSIBLE:
        return None
    return found[0] if len(found) == 1 or found[1].guess.sure != found[0].guess.sure else None


def served(found: Iterable[Guessed], tasks: Collection[str]) -> list[Guessed]:
    """Those that a dataset annotated for ``tasks`` leaves, such as any images serve, too; all where it is for none."""
    return [each for each in found if not tasks or each.task in tasks or _any_images(each.task)]


def _any_images(name: str) -> bool:
    task = task_of(name)
    return task.judged and not task.annotated


def of_inputs(facts: Mapping[str, Any], task: str | None = None) -> Guess | None:
    """What is concluded of the task, where that says which inputs take pictures and it has something for the others.

    ``task``: None for that which the facts settle.
    """
    found = guesses(facts)
    best = settled(found) if task is None else next((each for each in found if each.task == task), None)
    return best.guess if best and best.guess.pictures else None


def _as_told(found: Guessed, source: Mapping[str, Any] | None) -> Guessed:
    """Surer by one word where the source of the model says the same of it, of its head, too, if it names one."""
    told = source or {}
    if told.get("task") != found.task or (told.get("head") or found.guess.head) != found.guess.head:
        return found
    sure = SURENESS[min(SURENESS.index(found.guess.sure) + 1, len(SURENESS) - 1)]
    return replace(found, guess=replace(found.guess, sure=sure, why=f"{found.guess.why}; where it comes from says so"))


def _what_is_left(found: list[Guessed]) -> list[Guessed]:
    """A model that fits no other room is likely enough generic."""
    if [each.task for each in found] != [GENERIC] or found[0].guess.sure != POSSIBLE:
        return found
    return [Guessed(GENERIC, replace(found[0].guess, sure=LIKELY, why="its outputs fit no other task"))]
