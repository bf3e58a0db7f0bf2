"""Many things as a table that fits the screen, or 80 columns where there is none."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich import table as rich
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from workbench.client.cli.output import plain, tell, write_json
from workbench.client.cli.readers import is_id

GAP = 2
NARROW = 14  # what a column that folds can do with
SHORT_ID = 8


@dataclass(frozen=True)
class Column:
    """Its title, and where its value is in a view, dotted; ``folds``: whether long text goes on in the next line."""

    title: str
    place: str
    folds: bool = False


def show_list(items: Sequence[dict[str, Any]], columns: Sequence[Column], *, as_json: bool = False) -> None:
    """The first column whole, then as many as there is room for; text that folds has always room."""
    if as_json:
        write_json(items)
        return
    if not items:
        tell("nothing yet")
        return
    screen = Console(file=sys.stdout, highlight=False, markup=False)
    cells = [[plain(_cell(item, column, first=column is columns[0])) for column in columns] for item in items]
    shown = fitting(columns, cells, screen.width)
    drawn = rich.Table(box=None, pad_edge=False, header_style="bold")
    for number in shown:
        drawn.add_column(columns[number].title, no_wrap=not columns[number].folds, overflow="fold")
    for row in cells:
        drawn.add_row(*(Text(row[number]) for number in shown))
    screen.print(drawn)


def fitting(columns: Sequence[Column], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Which columns there is room for: those on the right go first, but what folds and the first stay."""
    whole = [max(map(cell_len, texts)) for texts in zip([each.title for each in columns], *cells, strict=True)]
    least = [min(each, NARROW) if column.folds else each for column, each in zip(columns, whole, strict=True)]
    shown = list(range(len(columns)))
    for number in reversed(range(1, len(columns))):
        if sum(least[each] for each in shown) + GAP * (len(shown) - 1) > width and not columns[number].folds:
            shown.remove(number)
    return shown


def _cell(view: Any, column: Column, *, first: bool) -> str:
    for name in column.place.split("."):
        view = view.get(name) if isinstance(view, dict) else None
    if view is None:
        return "-"
    if isinstance(view, float):
        return f"{view:g}"
    if column.place == "created_at":
        return str(view)[:16].replace("T", " ")  # to the minute
    return f"{str(view)[:SHORT_ID]}…" if is_id(str(view)) and not first else str(view)
