"""Large JSON read element by element: memory does not grow with the file."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import ijson
from workbench.archives.entries import Entry

_DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile)


class NotJson(ValueError):
    """The file breaks off or is something else; the message says after which element."""


def elements(entry: Entry, name: str) -> Iterator[tuple[int, Any]]:
    """Those of the list called ``name`` in the object that the file is, each with its place. Raises NotJson."""
    number = -1
    try:
        with entry.opened() as file:
            for number, element in enumerate(ijson.items(file, f"{name}.item", use_float=True)):
                yield number, element
    except (ijson.JSONError, UnicodeDecodeError, RecursionError) as wrong:
        where = f" after {name}[{number}]" if number >= 0 else ""
        raise NotJson(f"not JSON{where}: {' '.join(str(wrong).split())[:160]}") from None
    except _DAMAGE as damage:
        raise NotJson(f"the entry is damaged ({damage or type(damage).__name__})") from None


def keys(entry: Entry) -> set[str]:
    """The names in the object that the file is, as far as it can be read."""
    found: set[str] = set()
    try:
        with entry.opened() as file:
            for prefix, event, value in ijson.parse(file):
                if not prefix and event == "map_key":
                    found.add(value)
                elif not prefix and event != "start_map":
                    break
    except (ijson.JSONError, UnicodeDecodeError, *_DAMAGE):
        pass
    return found
