"""The reference page of the tasks, from what ``GET /v1/tasks`` answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from workbench.dataset.api import told_tasks

Facts = dict[str, Any]


def page() -> str:
    """Every task with its heads, options, metrics and formats."""
    parts = [
        "# Tasks",
        "",
        "What a model may do: `--task`, `--head` and `--option NAME=VALUE` of the command line, "
        "`task`, `head` and `options` in requests, and what `GET /v1/tasks` answers.",
        "",
    ]
    for task in told_tasks():
        parts += [f"## {task['name']}", "", f"{task['words'][0].upper()}{task['words'][1:]}.", ""]
        parts += _table(["head", "when"], [(f"`{each['name']}`", _head(each)) for each in task["heads"]])
        parts += _table(["option", "what", "accepted", "default"], map(_option, task["options"]))
        parts += _table(["metric", "what", "unit", "better", "needs"], map(_metric, task["metrics"]))
        parts += [f"Images are resized by `{task['resize']}` unless told. Datasets: {_words(task['formats'])}.", ""]
    return "\n".join(parts)


def _head(head: Facts) -> str:
    return f"{head['words']} {head['usual']['words']}" if head["usual"] else head["words"]


def _option(option: Facts) -> Sequence[str]:
    return f"`{option['name']}`", option["words"], _accepted(option), f"`{_value(option['default'])}`"


def _accepted(option: Facts) -> str:
    if option["type"] == "boolean":
        return "true or false"
    if option["type"] == "choice":
        return _words(option["choices"])
    return f"{'whole number' if option['type'] == 'integer' else 'number'} from {option['low']} to {option['high']}"


def _metric(metric: Facts) -> Sequence[str]:
    return f"`{metric['name']}`", metric["words"], metric["unit"], metric["better"], metric["needs"]


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    drawn = [f"| {' | '.join(row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", "|---" * len(head) + "|", *drawn, ""] if drawn else []
