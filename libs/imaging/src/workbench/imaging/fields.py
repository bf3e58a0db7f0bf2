"""JSON members checked one by one and refused by name. Standard library only, as all that a package carries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Beyond this, float32 would know no difference.
LARGEST_NUMBER = 1e6


class BadRecipe(ValueError):
    """The recipe can't be used; ``field`` is the JSON path at fault, ``accepted`` says what would be."""

    def __init__(self, field: str, accepted: str, got: object) -> None:
        super().__init__(f"recipe field {field}: {accepted}, not {shown(got)}")
        self.field, self.accepted = field, accepted


def exact(
    document: object, known: Iterable[str], required: Iterable[str], path: str, prefix: str = ""
) -> dict[str, Any]:
    """The object's members, once none is unknown and none that is required is missing. Raises BadRecipe."""
    if not isinstance(document, Mapping):
        raise BadRecipe(path, "must be a JSON object", document)
    known = list(known)
    for name in document:
        if name not in known:
            accepted = f"is unknown; accepted here are {', '.join(known) or 'none'}"
            raise BadRecipe(f"{prefix}{name}", accepted, document[name])
    for name in required:
        if name not in document:
            raise BadRecipe(f"{prefix}{name}", "is required", None)
    return dict(document)


def as_tuple(field: str, value: object) -> tuple[Any, ...] | None:
    """A JSON list, or null. Raises BadRecipe."""
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise BadRecipe(field, "must be a list or null", value)
    return tuple(value)


def check_text(field: str, value: object) -> None:
    """Raises BadRecipe."""
    if not isinstance(value, str) or not value:
        raise BadRecipe(field, "must be a text that is not empty", value)


def check_int(field: str, value: object, low: int, high: int) -> None:
    """Raises BadRecipe."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRecipe(field, f"must be a whole number from {low} to {high}", value)


def check_choice(field: str, value: object, choices: Iterable[str]) -> None:
    """Raises BadRecipe."""
    choices = tuple(choices)
    if value not in choices:
        raise BadRecipe(field, f"must be one of {', '.join(choices)}", value)


def check_per_channel(field: str, values: object, channels: int) -> None:
    """Raises BadRecipe."""
    if values is None:
        return
    if not isinstance(values, tuple) or len(values) != channels or not all(map(is_number, values)):
        accepted = f"must be a list of {channels} numbers up to {LARGEST_NUMBER:,.0f}, one a channel, or null"
        raise BadRecipe(field, accepted, values)


def is_number(value: object) -> bool:
    """A number that float32 can tell from its neighbours; False for NaN and infinity, too."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST_NUMBER


def shown(value: object) -> str:
    """The value as a message may carry it: never a wall of text."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
