"""`workbench jobs`: jobs of every kind, the newest first: what runs, what waits and for what, what has ended."""

from __future__ import annotations

from itertools import islice

import typer
from workbench.client.cli.labels import NARROWING, STATE, narrowed
from workbench.client.cli.listing import Column, show_list
from workbench.client.cli.options import Option, Values, add_command
from workbench.client.cli.readers import whole
from workbench.client.cli.session import Session
from workbench.client.jobs import View

COLUMNS = (
    Column("ID", "id"),
    Column("OF", "collection"),
    Column("NAME", "name", folds=True),
    Column("STATE", "state"),
    Column("NEWS", "news", folds=True),
    Column("CREATED", "created_at"),
)
# They are sorted by age: only so lists of several collections are one.
OPTIONS = (
    STATE,
    *(option for option in NARROWING if option.key != "sort"),
    Option("--limit", "At most this many (default 50).", whole(1, 100_000), "N"),
)


def register(app: typer.Typer) -> None:
    """Add the command."""

    def run(session: Session, values: Values) -> None:
        wanted = narrowed(values) | ({"state": values["state"]} if values["state"] else {})
        found = islice(session.client.jobs(**wanted), values["limit"] or 50)
        items = [view | {"collection": path.split("/")[-1]} for path, view in found]
        show_list(
            items if session.as_json else [view | {"news": _news(view)} for view in items],
            COLUMNS,
            as_json=session.as_json,
        )

    add_command(app, "jobs", run, "List the jobs of every kind, newest first, as far as there is room.", OPTIONS)


def _news(view: View) -> str | None:
    """How far it is, what it waits for, or what went wrong."""
    if view["state"] == "queued":
        return f"waits for {view['waiting_for'] or 'a free worker'}"
    progress, error = view.get("progress") or {}, view.get("error") or {}
    return progress.get("message") or progress.get("stage") if view["state"] == "running" else error.get("title")
