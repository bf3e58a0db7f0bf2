"""Options whose choices, range and default are what the API says that it takes, and so cannot drift."""

from __future__ import annotations

from typing import Any

from workbench.client.accepted import ACCEPTED
from workbench.client.cli.options import Option
from workbench.client.cli.readers import Reader, number, one_of, one_of_numbers, plus_minus, whole


def asked(
    name: str,
    words: str,
    schema: str,
    field: str,
    metavar: str,
    *,
    place: str | None = None,
    default: str | None = None,
) -> Option:
    """An option of a request's ``field``: what it takes is added to ``words``, and what it is when nobody says.

    ``place``: where the value goes, when not at the field's name. ``default``: in words of its own; empty for none.
    """
    taken = ACCEPTED[schema][field]
    if default is None:
        default = "" if taken.get("default") is None else f" (default {_shown(taken['default'])})"
    return Option(name, f"{words}{_range(taken)}{default}.", _reader(taken), metavar, field if place is None else place)


def asked_share(name: str, words: str, schema: str, field: str) -> Option:
    """The same for a share that people say as ±2%."""
    taken = ACCEPTED[schema][field]
    said = f"{words}, ±{taken['minimum']:.1%} to ±{taken['maximum']:.0%}."
    return Option(name, said, plus_minus(taken["minimum"], taken["maximum"]), "±SHARE", field)


def _reader(taken: dict[str, Any]) -> Reader[Any]:
    if "enum" in taken:
        words = [word for word in taken["enum"] if word is not None]
        return one_of(*words) if isinstance(words[0], str) else one_of_numbers(*words)
    if "integer" in taken["type"]:
        return whole(taken["minimum"], taken["maximum"])
    return number(least=taken["minimum"], most=taken["maximum"])


def _range(taken: dict[str, Any]) -> str:
    if "enum" in taken:
        *others, last = [str(word) for word in taken["enum"] if word is not None]
        return f": {', '.join(others)} or {last}" if others else f": {last}"
    return f", {_shown(taken['minimum'])} to {_shown(taken['maximum'])}"


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
