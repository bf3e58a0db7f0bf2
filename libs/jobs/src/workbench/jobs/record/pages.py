"""Lists in pages: narrowed, searched and sorted, whatever the table; a page begins where the one before it ends."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Table, false, or_, select, tuple_
from workbench.jobs.job import Job
from workbench.jobs.record.rows import ID_LENGTH, nameable
from workbench.jobs.record.words import folded, tag_line

NEWEST = "-created_at"
SORTS = (NEWEST, "created_at", "name", "-name")
LONGEST_CURSOR = 2500  # base64 of as many words as one thing has


@dataclass(frozen=True)
class Wanted:
    """What is asked of a list. ``of``: an id that is named by what is listed."""

    search: str | None = None
    tag: str | None = None
    of: str | None = None
    sort: str = NEWEST
    limit: int = 50
    cursor: str | None = None

    @property
    def by_name(self) -> bool:
        """Else by age."""
        return self.sort.endswith("name")


@dataclass(frozen=True)
class Page:
    """One page of a list; ``cursor`` is opaque and None at the end."""

    items: list[Job]
    cursor: str | None


def page_of(
    connection: Connection, table: Table, columns: Sequence[Column[Any]], wanted: Wanted, *where: ColumnElement[bool]
) -> tuple[list[Row[Any]], str | None]:
    """The rows, and the cursor of what comes after them. Raises ValueError for a cursor that is not ours."""
    backwards = wanted.sort.startswith("-")
    keys = (table.c.words if wanted.by_name else table.c.created_at, table.c.id)
    order = [key.desc() if backwards else key.asc() for key in keys]
    narrowed = [*where, *_narrowed(table, wanted)]
    if wanted.cursor:
        # As one comparison, so that the index leads to where the page begins.
        here, last = tuple_(*keys), tuple_(*_begins(wanted.cursor, by_name=wanted.by_name))
        narrowed.append(here < last if backwards else here > last)
    # First the ids, of which an index tells all that is asked: only then the rows.
    ids = select(table.c.id).where(*narrowed).order_by(*order).limit(wanted.limit + 1)
    rows = select(*columns, keys[0].label("place")).where(table.c.id.in_(ids)).order_by(*order)
    found: list[Row[Any]] = list(connection.execute(rows))
    last_one = found[wanted.limit - 1] if len(found) > wanted.limit else None
    return found[: wanted.limit], place_of(last_one.place, last_one.id) if last_one else None


def place_of(first: float | str, id: str) -> str:
    """The cursor of what comes after a thing; by age it is one in every list, and as texts they sort likewise."""
    begin = f"{first:018.7f}" if isinstance(first, float) else f"n{base64.urlsafe_b64encode(first.encode()).decode()}"
    return f"{begin}~{id}"


def _narrowed(table: Table, wanted: Wanted) -> list[ColumnElement[bool]]:
    words, about, asked = table.c.words, table.c.about, []
    if wanted.search:
        text = folded(wanted.search)
        asked.append(or_(words.contains(text, autoescape=True), table.c.id.startswith(text, autoescape=True)))
    if wanted.tag:
        asked.append(words.contains(f"\n{tag_line(wanted.tag)}", autoescape=True))
    if wanted.of:
        # What an earlier release has put in beside us may name it: nobody may miss that.
        names = about.contains(f"\n{wanted.of}\n", autoescape=True)
        asked.append(or_(about.is_(None), names) if nameable(wanted.of, ID_LENGTH) else false())
    return asked


def _begins(cursor: str, *, by_name: bool) -> tuple[float | str, str]:
    """By what the last thing of the page before is sorted, and its id. Raises ValueError for what is not ours."""
    begin, _, last = cursor.partition("~")
    if not nameable(last, ID_LENGTH) or by_name != begin.startswith("n"):
        raise ValueError("invalid cursor")
    try:
        first = base64.b64decode(begin[1:], b"-_", validate=True).decode() if by_name else _seconds(begin)
    except (OverflowError, ValueError) as error:
        raise ValueError("invalid cursor") from error
    if not (nameable(first, LONGEST_CURSOR) if isinstance(first, str) else math.isfinite(first)):
        raise ValueError("invalid cursor")
    return first, last


def _seconds(text: str) -> float:
    """As they are written now, or as an earlier release has written them."""
    return float.fromhex(text) if text.startswith("0x") else float(text)
