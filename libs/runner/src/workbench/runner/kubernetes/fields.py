"""Reading Kubernetes objects as plain JSON: whatever is missing or of another type reads as empty, nothing raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

_QUANTITY = re.compile(r"(\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})(?:([eE][+-]?\d{1,2})|([KMGTPE]i|[numkMGTPE]))?", re.ASCII)
_UNITS = {
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{name: Decimal(1000) ** power for power, name in enumerate("kMGTPE", 1)},
    **{f"{name}i": Decimal(1024) ** power for power, name in enumerate("KMGTPE", 1)},
}


def at(thing: Any, *path: str) -> Any:
    """What is at this path of objects, None when it breaks off."""
    for name in path:
        if not isinstance(thing, Mapping):
            return None
        thing = thing.get(name)
    return thing


def text(thing: Any, *path: str) -> str:
    """A string there, else an empty one."""
    found = at(thing, *path)
    return found if isinstance(found, str) else ""


def number(thing: Any, *path: str) -> int | None:
    """A whole number there."""
    found = at(thing, *path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def objects(thing: Any, *path: str) -> list[Mapping[str, Any]]:
    """The objects of a list there."""
    found = at(thing, *path)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list | tuple) else []


def strings(thing: Any, *path: str) -> dict[str, str]:
    """The members of an object there that are strings, such as labels."""
    found = at(thing, *path)
    if not isinstance(found, Mapping):
        return {}
    return {name: value for name, value in found.items() if isinstance(name, str) and isinstance(value, str)}


def condition(thing: Any, kind: str) -> Mapping[str, Any] | None:
    """The status condition of this type, whether it holds or not."""
    return next((each for each in objects(thing, "status", "conditions") if each.get("type") == kind), None)


def holds(thing: Any, kind: str) -> Mapping[str, Any] | None:
    """The status condition of this type if it is "True"."""
    found = condition(thing, kind)
    return found if found is not None and found.get("status") == "True" else None


def moment(thing: Any, *path: str) -> float | None:
    """A time there, in seconds since 1970."""
    try:
        when = datetime.fromisoformat(text(thing, *path))
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None


def quantity(value: Any) -> Decimal:
    """What "500m", "4Gi" or 2 amounts to; 0 for what is no quantity."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return Decimal(0)
    found = _QUANTITY.fullmatch(str(value))
    if found is None:
        return Decimal(0)
    digits, exponent, unit = found.groups()
    return Decimal(digits + (exponent or "")) * _UNITS.get(unit or "", Decimal(1))


def brief(message: str, most: int = 300) -> str:
    """On one line, without its full stop, and not without end: it goes into a sentence of ours."""
    message = " ".join(message.split()).rstrip(". ")
    return message if len(message) <= most else message[: most - 1].rstrip() + "…"
