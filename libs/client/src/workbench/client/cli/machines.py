"""What targets alone have: machines of the team's own, `workbench targets add|connect|rm`, and `use`."""

from __future__ import annotations

import typer
from workbench.client.cli import connecting, output, target_use
from workbench.client.cli.options import Argument, Option, Values, add_command
from workbench.client.cli.session import Session
from workbench.client.errors import BadInput

NAME = Argument("NAME", "What requests then give as --target.", "name")
ADD_HELP = """Make a machine of yours a target.

Says the command to start there, with a token that joins one machine, once, and within a day. The machine reaches out to
this workbench; it needs no open port. With --ssh it is set up and connected from here instead, as by `connect`.
"""
SSH = Option("--ssh", "Of a machine to connect from here: as ADDRESS of `connect`.", metavar="[USER@]HOST[:PORT]")
RM_HELP = "Forget a machine: what it runs ends there, what waits for it fails."


def register(group: typer.Typer) -> None:
    """Add the commands to the group of targets."""
    add_command(group, "add", _add, ADD_HELP, [NAME, SSH, *connecting.OPTIONS])
    add_command(group, "connect", connecting.connect, connecting.HELP, [NAME, *connecting.PARAMETERS])
    add_command(group, "rm", _remove, RM_HELP, [NAME])
    add_command(group, "use", target_use.use, target_use.HELP, target_use.PARAMETERS)


def _add(session: Session, values: Values) -> None:
    if values["ssh"]:
        connecting.connect(session, {**values, "address": values["ssh"]})
        return
    given = [name for name in ("key", "program", "wheels") if values[name]]
    if given:
        raise BadInput(f"--{given[0]} is for a machine that is connected from here: give --ssh, too.")
    made = session.client.targets.register(values["name"])
    if session.as_json:
        output.write_json({**made, "server": session.client.base_url})
        return
    output.write(f"workbench agent --server {session.client.base_url} --token {made['token']}")
    output.tell(f"Start that on the machine, within a day; then `workbench targets show {made['id']}` has its devices.")


def _remove(session: Session, values: Values) -> None:
    session.client.targets.delete(values["name"])
    if session.as_json:
        output.write_json({"id": values["name"]})
