"""What is wrong with each field, out of a tree of messages."""

from __future__ import annotations

from typing import Any


def faults(errors: Any, path: str = "") -> list[tuple[str, str]]:
    """The path of each field at fault, and what is wrong with it; of a tree of messages by field."""
    if isinstance(errors, dict):
        return [each for key, value in errors.items() for each in faults(value, _join(path, str(key)))]
    if isinstance(errors, list | tuple):
        return [each for value in errors for each in faults(value, path)]
    return [(path, str(errors))]


def _join(path: str, key: str) -> str:
    # webargs groups by where the value came from; a person thinks in field names only.
    if key in ("json", "query", "form", "_schema"):
        return path
    return f"{path}.{key}" if path else key
