"""`--task`, `--head` and `--option NAME=VALUE`: what they may be, the workbench says (`GET /v1/tasks`).

So the values are typed and checked here before anything is sent, and a new task needs nothing of this command.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer
from workbench.client.cli.options import Option, Values, chosen, wrong
from workbench.client.cli.readers import Reader, assignment, number, one_of, whole, yes_no
from workbench.client.client import Client

Facts = dict[str, Any]


def task_options(task: str, settings: str) -> list[Option]:
    """The options, with the task at ``task`` in the request, and what belongs to it below ``settings``."""
    return [
        Option(
            "--task",
            "What the model does: a name that `workbench tasks list` shows. Without it as the "
            "workbench guesses, or asks where it is not sure.",
            metavar="NAME",
            place=task,
        ),
        Option(
            "--head",
            "How its outputs are read, where the task knows several ways: `workbench tasks show NAME` lists them.",
            metavar="NAME",
            place=f"{settings}.head",
        ),
        Option(
            "--output-name",
            "Which of a model's outputs is read, where its head takes one (default: the head's "
            "choice, mostly the first).",
            metavar="NAME",
            place=f"{settings}.output",
        ),
        Option(
            "--option",
            "A setting of the task: `workbench tasks show NAME` lists them with what they may be. Repeatable.",
            assignment,
            "NAME=VALUE",
            f"{settings}.options.*",
            repeat=True,
        ),
    ]


def settle(client: Client, values: Values) -> None:
    """Check the three among the values; the settings then are a JSON object. Raises a usage error."""
    task, head, said = values["task"], values["head"], values["option"]
    if task is None and head is None and not said:
        return
    tasks = list(client.tasks.list())
    if task is not None:
        tasks = [chosen("--task", tasks, "name", task)]
    if head is not None:
        _check_head(tasks, head)
    values["option"] = _settings(tasks, said or []) or None


def _check_head(tasks: Sequence[Facts], name: str) -> None:
    heads = [head for task in tasks for head in task["heads"]]
    if name not in [head["name"] for head in heads]:
        raise wrong("--head", f"{name!r} is no head of {_whose(tasks)}; there {_are(heads)}")


def _settings(tasks: Sequence[Facts], said: Sequence[tuple[str, str]]) -> Facts:
    settings: Facts = {}
    for name, text in said:
        if name in settings:
            raise wrong("--option", f"{name} is given twice")
        settings[name] = _value(tasks, name, text)
    return settings


def _value(tasks: Sequence[Facts], name: str, text: str) -> Any:
    """As the first task takes it that has such an option; without ``--task`` there may be several."""
    known = [option for task in tasks for option in task["options"]]
    found = [option for option in known if option["name"] == name]
    if not found:
        raise wrong("--option", f"{name!r} is no option of {_whose(tasks)}; there {_are(known)}")
    refusals = []
    for option in found:
        try:
            return _reader(option)(text)
        except typer.BadParameter as refusal:
            refusals.append(refusal)
    raise wrong("--option", f"{name}: {refusals[0].message}")


def _reader(option: Facts) -> Reader[Any]:
    if option["type"] == "boolean":
        return yes_no
    if option["type"] == "choice":
        return one_of(*option["choices"])
    low, high = option["low"], option["high"]
    return whole(low, high) if option["type"] == "integer" else number(least=low, most=high)


def _whose(tasks: Sequence[Facts]) -> str:
    return f"the task {tasks[0]['name']}" if len(tasks) == 1 else "any task"


def _are(known: Sequence[Facts]) -> str:
    return f"are {_names(known)}" if known else "are none"


def _names(known: Sequence[Facts]) -> str:
    return ", ".join(dict.fromkeys(str(each["name"]) for each in known))
