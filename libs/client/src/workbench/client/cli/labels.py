"""`workbench models rename ID NAME`, `workbench models tag ID TAG …`, and which of many a list shows."""

from __future__ import annotations

from typing import Any

import typer
from workbench.client.accepted import choices
from workbench.client.cli import output
from workbench.client.cli.options import Argument, Option, Values, add_command
from workbench.client.cli.readers import one_of
from workbench.client.cli.session import Session

_STATES = choices("JobView", "state")
# Whichever jobs are listed, as the API takes it.
STATE = Option(
    "--state",
    f"Only those that are {', '.join(_STATES[:-1])} or {_STATES[-1]}; active: queued or running, ended: neither.",
    one_of(*_STATES, "active", "ended"),
    "STATE",
)
NARROWING = (
    Option("--search", "Only those that have this in their name or a tag, or whose id begins so."),
    Option("--tag", "Only those with this tag.", metavar="TAG"),
    Option("--of", "Only those that were asked for with this, such as a model.", metavar="ID"),
    Option(
        "--sort", "By name, -name, created_at or -created_at (default -created_at: the newest first).", metavar="ORDER"
    ),
)


def narrowed(values: Values) -> dict[str, Any]:
    """What was said of them, as the SDK takes it."""
    return {option.key: values[option.key] for option in NARROWING if values.get(option.key) is not None}


def add_rename(group: typer.Typer, row: Any) -> None:
    """The command of one description."""
    id, name = Argument("ID", f"Id of the {row.noun}."), Argument("NAME", "What to call it.", "name")

    def run(session: Session, values: Values) -> None:
        view = getattr(session.client, row.name).relabel(values["id"], name=values["name"])
        _tell(session, view, f"is called {view['name']} now")

    add_command(group, "rename", run, f"Give a {row.noun} another name.", [id, name])


def add_tag(group: typer.Typer, row: Any) -> None:
    """The command of one description."""
    id = Argument("ID", f"Id of the {row.noun}.")
    tags = Argument("TAG", "All the tags that it is to have; without any, none.", "tags", required=False, repeat=True)

    def run(session: Session, values: Values) -> None:
        view = getattr(session.client, row.name).relabel(values["id"], tags=values["tag"] or [])
        _tell(session, view, f"has the tags {', '.join(view['tags'])}" if view["tags"] else "has no tag")

    add_command(group, "tag", run, f"Say which tags a {row.noun} has; `list --tag` finds by one.", [id, tags])


def _tell(session: Session, view: dict[str, Any], words: str) -> None:
    if session.as_json:
        output.write_json(view)
    else:
        output.tell(f"{view['id']} {words}")
