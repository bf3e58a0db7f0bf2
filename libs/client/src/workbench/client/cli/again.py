"""`workbench profiles again ID --batch 4`: what a job was asked for once more, with the options that are given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import typer
from workbench.client.cli import made
from workbench.client.cli.inputs import OF_OPTIMIZATION, by_input
from workbench.client.cli.made import WAIT, Making
from workbench.client.cli.optimize import CALIBRATION, PROJECT, REQUEST
from workbench.client.cli.options import Argument, Option, Values, add_command, body, wrong
from workbench.client.cli.placing import refuse_absent
from workbench.client.cli.recipes import spread
from workbench.client.cli.session import Session
from workbench.client.cli.task_settings import settle
from workbench.client.resources import Resource

HELP = "Ask for the same as a {noun} was, as a new one; the options that are given are changed."
OF_PROJECT = [*PROJECT, *REQUEST, replace(CALIBRATION, metavar="ID", help="Id of other images to calibrate INT8 with.")]


def add(group: typer.Typer, row: Any) -> None:
    """The command of one description."""
    options = [_as_option(each) for each in row.parameters]

    def run(session: Session, values: Values) -> None:
        client = session.client
        resource: Resource = getattr(client, row.name)
        asked = resource.get(values["id"])["request"]
        values = {**values, "model": values.get("model") or asked.get("model_id")}
        if row.settle:
            row.settle(client, values)
        refuse_absent(client, values)
        changes = body(options, values)
        if row.prepare:
            changes = row.prepare(client, changes, values)
        making = Making(row.noun, resource, f"{row.name} show {{}}", row.after, row.compared)
        made.tell(session, making, resource.again(values["id"], changes), wait=values["wait"])

    id = Argument("ID", f"Id of the {row.noun}.")
    add_command(group, "again", run, HELP.format(noun=row.noun), [id, *options, WAIT])


def add_optimization(group: typer.Typer, _row: Any) -> None:
    """The command of projects: another optimization."""
    project = Argument("ID", "Id of the project.")
    which = Argument("OPTIMIZATION", "Id of one of its optimizations (default: the newest).", required=False)
    add_command(
        group,
        "again",
        _optimize,
        HELP.format(noun="project's optimization"),
        [project, which, *OF_PROJECT, *OF_OPTIMIZATION, WAIT],
    )


def _optimize(session: Session, values: Values) -> None:
    client, project = session.client, session.client.projects.get(values["id"])
    resource = client.optimizations(project["id"])
    id = values["optimization"] or next((view["id"] for view in resource.list(limit=1)), None)
    if id is None:
        raise wrong("ID", f"the project {project['id']} has no optimization yet")
    settle(client, values)
    refuse_absent(client, values)
    changes = body(OF_PROJECT, values)
    if any(values[option.key] for option in OF_OPTIMIZATION):
        changes["inputs"] = by_input(client.models.get(project["model_id"]), values, OF_OPTIMIZATION)
    spread(changes.get("recipe", {}), lambda: client.models.get(project["model_id"]))
    making = Making("optimization", resource, f"projects show {project['id']}")
    made.tell(session, making, resource.again(id, changes), wait=values["wait"])


def _as_option(parameter: Argument | Option) -> Option:
    """What `create` needs may be left out, and be changed."""
    if isinstance(parameter, Option):
        return replace(parameter, required=False)
    return Option(f"--{parameter.name.lower()}", parameter.help, metavar="ID", place=parameter.place)
