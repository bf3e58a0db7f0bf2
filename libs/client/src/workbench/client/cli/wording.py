"""A problem in the words of the command that was typed: options for fields, what it carries for the members that do.

Remedies are written for both sides: what only a request has stands in parentheses of its own, ``(`GET /v1/tasks`)``,
behind what a person types. Here it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Protocol

from workbench.client.cli.readers import is_id
from workbench.client.errors import Problem

# What the options of cli/inputs.py become in a request, under the input's own name.
_OF_INPUTS = {
    "shape": "--input-shape",
    "layout": "--layout",
    "mean": "--mean",
    "scale": "--scale",
    "reverse_channels": "--reverse-channels",
    "element_type": "--element-type",
    "tensor_layout": "--tensor-layout",
    "resize": "--embed-resize",
    "value": "--freeze",
}
_MEMBER = "|".join(_OF_INPUTS)
# A problem begins with the field at fault, whatever letters an input's name has; further on a name ends with a word.
_SAID_OF_INPUTS = (rf"(?:^|(?<=; ))inputs\.(.+?)\.({_MEMBER})(?=: )", rf"\binputs\.(\S+?)\.({_MEMBER})\b")
_OTHERS = ((r"(^|; )shapes\.(.+?): ", r"\1--shape \2=…: "), (r"\b(?:recipe|overrides)\.short_side\b", "--resize"))
_OF_REQUESTS = re.compile(r" \(`(?:(?:GET|POST|PUT|DELETE|Authorization:)(?: [^`]*)?|[a-z][a-z_]*)`[^()]*\)")
# By what one is called, the collections whose things are found by an id: filled where their commands are made.
FOUND_BY_ID: dict[str, str] = {}
_QUOTED = re.compile(r"`([a-z][a-z_]*)`")
_OF_FIELDS = re.compile(r"`(field|errors|shapes|[a-z]+_id)`")


class Row(Protocol):
    """What an option or argument of a command has."""

    @property
    def name(self) -> str:
        """As it is typed."""

    @property
    def place(self) -> str:
        """Where its value goes in a request."""


def as_typed(problem: Problem, rows: Iterable[Row]) -> Problem:
    """The problem with each field that it names, at fault or to be given, named as the option that it came from.

    Advice to change the field is left out then: it would say the same again.
    """
    rows = list(rows)
    said = str(problem.get("detail") or "")
    detail = _in_options(_of_no_id(problem) or said, rows)
    remedy = str(problem.get("remedy") or "")
    told = {"detail": detail}
    if remedy:
        told["remedy"] = "" if detail != said and _OF_FIELDS.search(remedy) else _remedy(problem, rows)
    cause = problem.get("cause")
    return {**problem, **told, **({"cause": as_typed(cause, rows)} if isinstance(cause, dict) else {})}


def _of_no_id(problem: Problem) -> str:
    """What is wrong with a name or a path where an id belongs; empty where that is not it."""
    sought, resource = problem.get("id"), problem.get("resource")
    if not isinstance(sought, str) or is_id(sought) or resource not in FOUND_BY_ID:
        return ""
    return f"{sought!r} is not an id, by which a {resource} is found; lists show it beside the name."


def _in_options(detail: str, rows: list[Row]) -> str:
    for pattern in _SAID_OF_INPUTS:
        detail = re.sub(pattern, _of_input, detail)
    for pattern, option in _OTHERS:
        detail = re.sub(pattern, option, detail)
    for row in rows:
        if row.place.endswith("*"):
            detail = re.sub(rf"(^|; ){re.escape(row.place[:-1])}(\S+): ", rf"\g<1>{row.name} \g<2>: ", detail)
        elif "." in row.place:
            detail = re.sub(rf"(?<![\w.]){re.escape(row.place)}\b(?!\.\w)", row.name, detail)
        elif row.place:
            detail = re.sub(rf"(^|; ){re.escape(row.place)}: ", rf"\g<1>{row.name}: ", detail)
    return detail


def _of_input(said: re.Match[str]) -> str:
    option = _OF_INPUTS[said[2]]
    return f"{option} {said[1]}" if said[2] == "reverse_channels" else f"{option} {said[1]}=…"


def _remedy(problem: Problem, rows: list[Row]) -> str:
    def word(quoted: re.Match[str]) -> str:
        name = quoted[1]
        if name == "detail":
            return "the line above"
        if name == "field" and isinstance(problem.get(name), str):
            return _field(problem[name], rows)
        option = next((row.name for row in rows if name in (row.place, row.place.rpartition(".")[2])), None)
        return option or _carried(name, problem.get(name)) or quoted[0]

    remedy = str(problem["remedy"])
    if collection := FOUND_BY_ID.get(str(problem.get("resource"))):
        remedy = remedy.replace("<resource>", collection)
    return _QUOTED.sub(word, _OF_REQUESTS.sub("", remedy))


def _field(place: str, rows: list[Row]) -> str:
    """The option of this place; the place itself where the command has none."""
    return _in_options(f"{place}: ", rows).removesuffix(": ")


def _carried(name: str, value: Any) -> str:
    """What the problem itself says under that name, if that can be said in a few words."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    if isinstance(value, str | int | float) and value != "":
        return f"{value} s" if name.endswith("_s") else str(value)
    return ""
