"""`workbench zoo search|show|add`: the models that the workbench's zoo has, found by name and brought by name."""

from __future__ import annotations

import typer
from workbench.client.cli import output
from workbench.client.cli.create import converted
from workbench.client.cli.description import Description
from workbench.client.cli.descriptions import DESCRIPTIONS
from workbench.client.cli.listing import Column, show_list
from workbench.client.cli.nouns.shared import NAME
from workbench.client.cli.options import Argument, Option, Values, add_command
from workbench.client.cli.resources import add_create
from workbench.client.cli.session import Session
from workbench.client.cli.sources import CONVERT
from workbench.client.client import Client
from workbench.client.jobs import View

PREFIX = "zoo:"
COLUMNS = [
    Column("NAME", "name"),
    Column("TASK", "does"),
    Column("FRAMEWORK", "framework"),
    Column("MB", "mb"),
    Column("IN", "in"),
]
MODEL = Argument("MODEL", "As `workbench zoo search` tells it; a part of a model of several is MODEL/PART.")
FILTERS: list[Argument | Option] = [
    Argument("NAME", "A part of the name (default: all).", "name", required=False),
    Option("--task", "A task of the workbench (`workbench tasks list`), or what the zoo calls one.", place="task"),
    Option("--framework", "As the zoo calls it, such as onnx or tf; dldt is an OpenVINO IR.", place="framework"),
    Option(
        "--precision",
        "What it comes in, or may be converted to, such as FP16 or FP16-INT8.",
        metavar="P",
        place="precision",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group = typer.Typer(help="Models of the zoo, by name.", no_args_is_help=True, rich_markup_mode=None)
    add_command(
        group,
        "search",
        search,
        "List the zoo's models that fit; one in brackets cannot be brought, and `show` says why.",
        FILTERS,
    )
    add_command(group, "show", show, "Show what the zoo says of a model.", [MODEL])
    add_create(group, ADDED, "add")
    app.add_typer(group, name="zoo")


def search(session: Session, values: Values) -> None:
    """Those that fit, by name."""
    pages = list(
        session.client.catalogue.pages(**{key: values[key] for key in ("name", "task", "framework", "precision")})
    )
    items = [item for page in pages for item in page["items"]]
    if session.as_json:
        output.write_json(items)
        return
    if items:
        show_list([_for_list(item) for item in items], COLUMNS)
    read = pages[0]
    output.tell(f"{len(items)} of {read['total']} models of {read['zoo']}, as read at {read['read_at']}")


def show(session: Session, values: Values) -> None:
    """One, with everything that is said of it."""
    view = session.client.catalogue.get(_bare(values["model"]))
    output.show_one(view, as_json=session.as_json)
    if not session.as_json and view["reason"] is None:
        output.tell(f"Bring it: workbench zoo add {view['name']}")


def _for_list(item: View) -> View:
    size = None if item["size_bytes"] is None else round(item["size_bytes"] / 1e6, 1)
    name = item["name"] if item["reason"] is None else f"({item['name']})"
    return {
        **item,
        "name": name,
        "does": item["task"] or item["task_type"],
        "mb": size,
        "in": " ".join(item["precisions"]) or None,
    }


def _add(client: Client, request: View, _values: Values) -> View:
    source = f"{PREFIX}{_bare(request.pop('source'))}"
    return client.models.bring(source, **request)


def _bare(name: str) -> str:
    """People may write it as they do elsewhere."""
    return name.removeprefix(PREFIX)


MODELS = next(row for row in DESCRIPTIONS if row.name == "models")
ADDED = Description(
    "models",
    "model",
    MODELS.columns,
    [
        Argument(
            "MODEL",
            "As `workbench zoo search` tells it; MODEL@PRECISION for an IR that the zoo has in several.",
            "source",
        ),
        CONVERT,
        NAME,
    ],
    after=converted,
    create=_add,
    create_help="Bring a model of the zoo by its name; the workbench then examines it.",
)
