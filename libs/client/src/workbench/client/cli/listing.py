"""Many things as a table that fits the screen, or 80 columns where there is none."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich import table as rich
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text
from workbench.client.cli.output import GAP, plain, tell, write_json
from workbench.client.cli.readers import is_id

NARROW = 14  # what a column that folds can do with
SHORT_ID = 8
LONGEST_NAME = 24  # of what a row refers to
NONE = "-"


@dataclass(frozen=True)
class Column:
    """Its title, and where its value is in a view, dotted.

    ``folds``: whether long text goes on in the next line. ``of``: the collection of what it is the id of.
    """

    title: str
    place: str
    folds: bool = False
    of: str = ""


def show_list(
    items: Sequence[dict[str, Any]],
    columns: Sequence[Column],
    *,
    as_json: bool = False,
    names: Mapping[str, str] | None = None,
) -> None:
    """The first column whole, then as many as there is room for; text that folds has always room.

    ``names``: by the ids that people know by a name.
    """
    if as_json:
        write_json(items)
        return
    if not items:
        tell("nothing yet")
        return
    screen = Console(file=sys.stdout, highlight=False, markup=False)
    cells = [
        [plain(_cell(item, column, names if column.of else None, first=column is columns[0])) for column in columns]
        for item in items
    ]
    shown = fitting(columns, cells, screen.width)
    drawn = rich.Table(box=None, pad_edge=False, header_style="bold")
    for number in shown:
        drawn.add_column(columns[number].title, no_wrap=not columns[number].folds, overflow="fold")
    for row in cells:
        drawn.add_row(*(Text(row[number]) for number in shown))
    screen.print(drawn)


def fitting(columns: Sequence[Column], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Which columns there is room for: the empty go first, then from the right; what folds and the first stay."""
    whole = [max(map(cell_len, texts)) for texts in zip([each.title for each in columns], *cells, strict=True)]
    least = [min(each, NARROW) if column.folds else each for column, each in zip(columns, whole, strict=True)]
    shown = list(range(len(columns)))
    empty = [number for number in range(1, len(columns)) if all(row[number] == NONE for row in cells)]
    last_first = [number for number in reversed(range(1, len(columns))) if not columns[number].folds]
    for number in [*empty, *last_first]:
        if number in shown and sum(least[each] for each in shown) + GAP * (len(shown) - 1) > width:
            shown.remove(number)
    return shown


def dataset_for_list(dataset: dict[str, Any]) -> dict[str, Any]:
    """With the tasks it is annotated for, and how much was noticed when it was taken in."""
    facts = dataset.get("facts") or {}
    warned = len(facts.get("warnings") or ())
    return dataset | {"serves": ", ".join(facts.get("tasks") or ()) or None, "warned": warned or None}


def value_at(view: Any, place: str) -> Any:
    """What a view has at a dotted place; None where it has nothing."""
    for name in place.split("."):
        view = view.get(name) if isinstance(view, dict) else None
    return view


def fitted(text: str, cells: int) -> str:
    """In so many columns of a terminal, cut or filled up."""
    return set_cell_size(text if cell_len(text) <= cells else set_cell_size(text, cells - 1) + "…", cells)


def _cell(view: Any, column: Column, names: Mapping[str, str] | None, *, first: bool) -> str:
    view = value_at(view, column.place)
    if view is None:
        return NONE
    if isinstance(view, bool):
        return "yes" if view else "no"
    if names and (name := names.get(str(view))):
        return name if cell_len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    if isinstance(view, float):
        return f"{view:g}"
    if column.place.endswith("_at"):
        return str(view)[:16].replace("T", " ")  # to the minute
    return f"{str(view)[:SHORT_ID]}…" if is_id(str(view)) and not first else str(view)
