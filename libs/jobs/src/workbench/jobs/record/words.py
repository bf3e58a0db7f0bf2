"""By what a thing that is listed is searched, narrowed and sorted: two columns, in the indexes of its table.

A search so reads an index and not the rows, in which a manifest may lie.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Text

# An entry of an index has 2704 bytes in PostgreSQL: what is longer is found by its beginning.
_NAME_BYTES, _ABOUT_BYTES = 400, 800


def listed_columns() -> list[Column[Any]]:
    """``words``: name and tags, folded; ``about``: the ids that it names, None where an earlier release put it in."""
    plain = Text().with_variant(Text(collation="C"), "postgresql")  # compared byte by byte in either database
    return [Column("words", plain, nullable=False, default="", server_default=""), Column("about", plain)]


def words_of(name: str | None, tags: Sequence[str]) -> str:
    """The name in a line, then each tag in one of its own."""
    first = " ".join(folded(name or "").split()).encode()[:_NAME_BYTES].decode(errors="ignore")
    return "".join([first, "\n", *(tag_line(tag) for tag in tags)])


def tag_line(tag: str) -> str:
    """How it stands in ``words``."""
    return f"#{folded(tag)}\n"


def named(request: dict[str, Any], held: Iterable[str]) -> str:
    """The ids in a request and of what it holds, each in a line, as far as there is room."""
    lines = "\n"
    ids = [*held, *(value for name, value in request.items() if name.endswith("_id") and isinstance(value, str))]
    for id in dict.fromkeys(ids):
        if len(lines) + len(id) < _ABOUT_BYTES and id.isascii():
            lines += f"{id}\n"
    return lines


def folded(text: str) -> str:
    """As it is compared: without case, and however its accents are written."""
    return unicodedata.normalize("NFKC", text).casefold()
