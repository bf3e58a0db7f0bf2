"""A task for people: what there is to choose, and what is measured of it, within 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

Facts = dict[str, Any]
WIDTH = 80
_NEEDED = {"annotation": "annotations", "reference": "a reference model", "image": "the images alone"}


def page(task: Facts) -> str:
    """The whole task."""
    heads = [{**each, "words": _with_usual(each)} for each in task["heads"]]
    metrics = [{**each, "words": f"{each['words']} {_measured(each)}"} for each in task["metrics"]]
    options = [{**each, "words": f"{each['words']} {_accepted(each)}"} for each in task["options"]]
    return "\n".join(
        [
            *_folded(f"{task['name']}: {task['words']}"),
            *_section("Heads (--head)", heads),
            *_section("Options (--option NAME=VALUE)", options),
            *_section("Metrics", metrics),
            "",
            *_folded(f"Datasets that serve it: {', '.join(task['formats']) or 'none'}"),
            *_folded(f"Resize, unless --resize says another: {task['resize']}"),
        ]
    )


def for_list(task: Facts) -> Facts:
    """With its options by name."""
    return {**task, "option_names": ", ".join(option["name"] for option in task["options"]) or None}


def _section(title: str, rows: Sequence[Facts]) -> Iterable[str]:
    if not rows:
        return
    yield from ("", title)
    for row in rows:
        yield f"  {row['name']}"
        yield from _folded(row["words"], "    ")


def _with_usual(head: Facts) -> str:
    """How its pictures go in; a server of an earlier release says nothing of it."""
    usual = head.get("usual")
    return f"{head['words']} {usual['words']}" if usual else head["words"]


def _accepted(option: Facts) -> str:
    if option["type"] == "boolean":
        return f"Yes or no; default {'yes' if option['default'] else 'no'}."
    if option["type"] == "choice":
        return f"One of {', '.join(option['choices'])}; default {option['default']}."
    kind = "whole number" if option["type"] == "integer" else "number"
    return f"A {kind} from {option['low']} to {option['high']}; default {option['default']}."


def _measured(metric: Facts) -> str:
    return f"Unit: {metric['unit']}; {metric['better']} is better; needs {_NEEDED[metric['needs']]}."


def _folded(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent or "  ", break_on_hyphens=False)
