"""`workbench models|… list|show|create|wait|log|cancel|rm|download`, built from the descriptions."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import typer
from workbench.client.cli import again, labels, made, output, reconfigure
from workbench.client.cli.description import Description
from workbench.client.cli.descriptions import DESCRIPTIONS
from workbench.client.cli.labels import NARROWING, STATE, narrowed
from workbench.client.cli.listing import Column, show_list, value_at
from workbench.client.cli.made import WAIT, Making
from workbench.client.cli.options import Argument, Option, Values, add_command, body, wrong
from workbench.client.cli.placing import refuse_absent
from workbench.client.cli.progress import followed
from workbench.client.cli.readers import whole
from workbench.client.cli.session import Session
from workbench.client.cli.wording import FOUND_BY_ID
from workbench.client.errors import Refused
from workbench.client.jobs import View
from workbench.client.resources import Resource

Run = Callable[[Session, Values], None]

LIMIT = Option("--limit", "At most this many (default 50).", whole(1, 100_000), "N")
FOLLOW = Option("--follow", "Go on until the job has ended.", flag=True)
TO = Option("--to", "Where to: a folder, or a file's path for one file (default: the current folder).", metavar="PATH")
FILES = Argument("FILE", "Names of files; without any, all.", required=False, repeat=True)
OPTIMIZATION = Argument("OPTIMIZATION", "Id of one of its optimizations (default: the newest).", required=False)


def register(app: typer.Typer) -> None:
    """Add a group of commands for each description."""
    for description in DESCRIPTIONS:
        if not description.key:
            FOUND_BY_ID[description.noun] = description.name
        group = typer.Typer(
            help=f"The {description.name} of the workbench.", no_args_is_help=True, rich_markup_mode=None
        )
        for command in description.commands:
            _ADD[command](group, description)
        if description.own:
            description.own(group)
        app.add_typer(group, name=description.name)


def _add_list(group: typer.Typer, row: Description) -> None:
    def run(session: Session, values: Values) -> None:
        limit = None if row.key else values["limit"] or 50
        items = list(_resource(session, row).list(state=values.get("state"), limit=limit, **narrowed(values)))
        if session.as_json:
            output.write_json(items)
        else:
            shown = [line for item in items for line in _lines(row, item)]
            show_list(shown, row.columns, names=_names(session, shown, row.columns))

    own = [] if row.name == "projects" else [STATE]
    filters = [] if row.key else [*own, *NARROWING, LIMIT]
    order = "" if row.key else ", newest first"
    help = f"List the {row.name}{order}, as far as there is room; --json has everything."
    add_command(group, "list", run, help, filters)


def _lines(row: Description, item: View) -> Sequence[View]:
    return row.rows(item) if row.rows else [row.for_list(item)]


def _names(session: Session, items: Sequence[View], columns: Sequence[Column]) -> dict[str, str]:
    """By id, of what the columns refer to; what has gone, or lies further back than a page or two, has only its id."""
    names: dict[str, str] = {}
    for collection in {column.of for column in columns if column.of}:
        wanted = {value_at(item, column.place) for item in items for column in columns if column.of == collection}
        if wanted - {None}:
            views = getattr(session.client, collection).list(limit=200)
            names |= {view["id"]: view["name"] for view in views if view["id"] in wanted and view.get("name")}
    return names


def _add_show(group: typer.Typer, row: Description) -> None:
    def run(session: Session, values: Values) -> None:
        view = _one(session, row, values)
        if row.page and not session.as_json:
            output.write(row.page(row.more(session.client, view) if row.more else view))
        else:
            output.show_one(view, as_json=session.as_json)

    add_command(group, "show", run, f"Show one {row.noun} with everything known about it.", [_id(row)])


def add_create(group: typer.Typer, row: Description, name: str = "create") -> None:
    """The command of that name, with which one is made."""

    def run(session: Session, values: Values) -> None:
        wait = values.pop("wait", False)
        making = Making(row.noun, _resource(session, row), f"{row.name} show {{}}", row.after, row.compared)
        made.tell(session, making, _created(session, row, values), wait=wait)

    waits = [] if row.name == "projects" else [WAIT]
    add_command(group, name, run, row.create_help, [*row.parameters, *waits])


def _one(session: Session, row: Description, values: Values) -> View:
    resource = _resource(session, row)
    if row.key is None:
        return resource.get(values["id"])
    views = list(resource.list())
    for view in views:
        if view[row.key] == values[row.key]:
            return view
    there = ", ".join(str(view[row.key]) for view in views) or "none"
    raise wrong(row.key.upper(), f"there is no {row.noun} {values[row.key]!r}; there are {there}")


def _created(session: Session, row: Description, values: Values) -> View:
    if row.settle:
        row.settle(session.client, values)
    refuse_absent(session.client, values)
    request = body(row.parameters, values)
    if row.create:
        return row.create(session.client, request, values)
    if row.prepare:
        request = row.prepare(session.client, request, values)
    return _resource(session, row).create(request)


def _add_wait(group: typer.Typer, row: Description) -> None:
    def run(session: Session, values: Values) -> None:
        resource, id = _job(session, row, values)
        view = followed(resource, id, row.noun)
        if session.as_json:
            output.write_json(view)
        else:
            output.tell(f"{id} {view['state']}")

    add_command(group, "wait", run, f"Wait until a {row.noun} is done; exit code 3 if it failed.", _ids(row))


def _add_log(group: typer.Typer, row: Description) -> None:
    def run(session: Session, values: Values) -> None:
        resource, id = _job(session, row, values)
        pieces = resource.log(id, follow=values["follow"])
        if session.as_json:
            output.write_json({"text": "".join(pieces)})
            return
        for piece in pieces:
            sys.stdout.write(output.plain(piece))
            sys.stdout.flush()

    add_command(group, "log", run, f"Print the log of a {row.noun}.", [*_ids(row), FOLLOW])


def _add_cancel(group: typer.Typer, row: Description) -> None:
    def run(session: Session, values: Values) -> None:
        resource, id = _job(session, row, values)
        view = resource.cancel(id)
        if session.as_json:
            output.write_json(view)
        else:
            output.tell(f"{id} is being cancelled" if view["state"] != "cancelled" else f"{id} cancelled")

    add_command(group, "cancel", run, f"Stop a queued or running {row.noun}.", _ids(row))


def _add_rm(group: typer.Typer, row: Description) -> None:
    def run(session: Session, values: Values) -> None:
        outcomes = list(_resource(session, row).delete_all(values["id"]))
        gone = [each["id"] for each in outcomes if each["deleted"]]
        for id in gone:
            output.tell(f"{id} deleted")
        if session.as_json:
            output.write_json({"deleted": gone})
        if refusals := [each["problem"] for each in outcomes if not each["deleted"]]:
            raise Refused(refusals[0] | {"detail": "; ".join(str(each["detail"]) for each in refusals)})

    ids = Argument("ID", f"Ids of {row.name}.", repeat=True)
    add_command(group, "rm", run, f"Delete {row.name}; refused for what something else needs.", [ids])


def _add_download(group: typer.Typer, row: Description) -> None:
    def run(session: Session, values: Values) -> None:
        resource, id = _job(session, row, values)
        names = values.get("file") or list(resource.files(id))
        paths = _download(resource, id, names, Path(values["to"] or ".").expanduser())
        if session.as_json:
            output.write_json({"files": [str(path) for path in paths]})
        else:
            output.write("\n".join(str(path) for path in paths) or "It has no files.")

    files = [] if row.name == "projects" else [FILES]
    help = f"Download a {row.noun}'s files, checked by their digests; what broke off is taken up again."
    add_command(group, "download", run, help, [*_ids(row), *files, TO])


_ADD: dict[str, Callable[[typer.Typer, Description], None]] = {
    "list": _add_list,
    "show": _add_show,
    "create": add_create,
    "wait": _add_wait,
    "log": _add_log,
    "cancel": _add_cancel,
    "rm": _add_rm,
    "download": _add_download,
    "rename": labels.add_rename,
    "tag": labels.add_tag,
    "again": again.add,
    "optimize again": again.add_optimization,
    "reconfigure": lambda group, _row: reconfigure.add(group),
}


def _download(resource: Resource, id: str, names: list[str], to: Path) -> list[Path]:
    if len(names) == 1 and not to.is_dir():
        return [resource.download(id, names[0], to)]
    return list(resource.download_all(id, to, names))


def _resource(session: Session, row: Description) -> Resource:
    resource: Resource = getattr(session.client, row.name)
    return resource


def _job(session: Session, row: Description, values: Values) -> tuple[Resource, str]:
    """Where the job is: the resource itself, or for a project one of its optimizations."""
    if row.name != "projects":
        return _resource(session, row), values["id"]
    optimizations = session.client.optimizations(values["id"])
    id = values["optimization"] or next((view["id"] for view in optimizations.list()), None)
    if id is None:
        raise wrong("ID", f"the project {values['id']} has no optimization yet")
    return optimizations, id


def _id(row: Description) -> Argument:
    key = row.key or "id"
    return Argument(key.upper(), f"{key.capitalize()} of the {row.noun}.")


def _ids(row: Description) -> list[Argument]:
    return [_id(row), OPTIMIZATION] if row.name == "projects" else [_id(row)]
