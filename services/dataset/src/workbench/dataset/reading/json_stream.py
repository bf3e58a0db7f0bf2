"""Large JSON read element by element: memory does not grow with the file."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import ijson
from workbench.archives.entries import Entry


class NotJson(ValueError):
    """The file breaks off or is something else; the message says after which element."""


def elements(entry: Entry, name: str) -> Iterator[tuple[int, Any]]:
    """Those of the list called ``name`` in the object that the file is, each with its place. Raises NotJson."""
    number = -1
    try:
        for number, element in enumerate(ijson.items(io.BytesIO(entry.read()), f"{name}.item", use_float=True)):
            yield number, element
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as wrong:
        where = f" after {name}[{number}]" if number >= 0 else ""
        raise NotJson(f"not JSON{where}: {' '.join(str(wrong).split())[:160]}") from None


def keys(entry: Entry) -> set[str]:
    """The names in the object that the file is, as far as it can be read."""
    found: set[str] = set()
    try:
        for prefix, event, value in ijson.parse(io.BytesIO(entry.read())):
            if not prefix and event == "map_key":
                found.add(value)
            elif not prefix and event != "start_map":
                break
    except (ijson.JSONError, UnicodeDecodeError):
        pass
    return found
