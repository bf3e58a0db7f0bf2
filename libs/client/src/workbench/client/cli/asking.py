"""Which task, where the workbench is not sure: a person at a terminal is asked, anybody else told the choices."""

from __future__ import annotations

import sys
from typing import Any

from workbench.client.cli import output
from workbench.client.cli.options import wrong
from workbench.client.errors import Refused

NOT_SURE = "task-not-sure"


def task_for(refused: Refused) -> str:
    """The task that a person chooses; Enter takes the first. Raises a usage error where nobody can be asked."""
    choices: list[dict[str, Any]] = refused.problem.get("guesses") or []
    if not choices or not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise _unasked(refused, choices)
    output.tell(f"What is this model for? The workbench is not sure.{_of_dataset(refused)}")
    for number, choice in enumerate(choices, 1):
        output.tell(f"  {number}  {in_words(choice)}")
    answers = {choice["task"]: choice["task"] for choice in choices}
    answers |= {str(number): choice["task"] for number, choice in enumerate(choices, 1)}
    while True:
        output.tell(f"1 to {len(choices)}, Enter for {choices[0]['task']}, Ctrl-C to leave:")
        line = sys.stdin.readline()
        if not line:
            raise _unasked(refused, choices)
        chosen = line.strip() or "1"
        if task := answers.get(chosen):
            return str(task)
        output.tell(f"{chosen!r} is none of them.")


def in_words(guess: dict[str, Any]) -> str:
    """One guess as a person reads it."""
    return f"{guess['task']} ({guess['sure']}: {guess['why']})"


def _unasked(refused: Refused, choices: list[dict[str, Any]]) -> Exception:
    known = "; ".join(map(in_words, choices)) or "see `workbench tasks list`"
    return wrong("--task", f"say what the model is for, which is not sure: {known}.{_of_dataset(refused)}")


def _of_dataset(refused: Refused) -> str:
    serves = refused.problem.get("dataset_tasks")
    return f" The dataset is annotated for {', '.join(serves)}." if serves else ""
