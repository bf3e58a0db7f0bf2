"""What targets alone have: machines of the team's own, `workbench targets add|connect|renew|rm`, and `use`."""

from __future__ import annotations

import typer
from workbench.client.cli import connecting, output, target_use
from workbench.client.cli.options import Argument, Option, Values, add_command
from workbench.client.cli.session import Session
from workbench.client.errors import BadInput
from workbench.client.jobs import View

NAME = Argument("NAME", "What requests then give as --target.", "name")
ADD_HELP = """Make a machine of yours a target.

Says the command to start there, with a token that joins one machine, once, and within a day. The machine reaches out to
this workbench; it needs no open port. With --ssh it is set up and connected from here instead, as by `connect`.
"""
SSH = Option("--ssh", "Of a machine to connect from here: as ADDRESS of `connect`.", metavar="[USER@]HOST[:PORT]")
RENEW_HELP = """Let a machine join again that has lost its secret.

Its folder was deleted, or is that of an older backup; or another machine takes its place. What was measured there, and
what waits for it, stays; what it was carrying out begins again. Says the command to start there, as `add` does.
"""
RM_HELP = "Forget a machine: what it runs ends there, what waits for it fails."


def register(group: typer.Typer) -> None:
    """Add the commands to the group of targets."""
    add_command(group, "add", _add, ADD_HELP, [NAME, SSH, *connecting.OPTIONS])
    add_command(group, "connect", connecting.connect, connecting.HELP, [NAME, *connecting.PARAMETERS])
    add_command(group, "renew", _renew, RENEW_HELP, [NAME])
    add_command(group, "rm", _remove, RM_HELP, [NAME])
    add_command(group, "use", target_use.use, target_use.HELP, target_use.PARAMETERS)


def _add(session: Session, values: Values) -> None:
    if values["ssh"]:
        connecting.connect(session, {**values, "address": values["ssh"]})
        return
    given = [name for name in ("key", "program", "wheels") if values[name]]
    if given:
        raise BadInput(f"--{given[0]} is for a machine that is connected from here: give --ssh, too.")
    _say_how(session, session.client.targets.register(values["name"]))


def _renew(session: Session, values: Values) -> None:
    _say_how(session, session.client.targets.renew(values["name"]))


def _say_how(session: Session, made: View) -> None:
    if session.as_json:
        output.write_json({**made, "server": session.client.base_url})
        return
    output.write(f"workbench agent --server {session.client.base_url} --token {made['token']}")
    output.tell(f"Start that on the machine, within a day; then `workbench targets show {made['id']}` has its devices.")


def _remove(session: Session, values: Values) -> None:
    session.client.targets.delete(values["name"])
    if session.as_json:
        output.write_json({"id": values["name"]})
