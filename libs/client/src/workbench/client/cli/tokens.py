"""`workbench tokens create|list|revoke`: who may speak for the team, for its admins."""

from __future__ import annotations

import typer
from workbench.client.cli import output
from workbench.client.cli.accepted import asked
from workbench.client.cli.listing import Column, show_list
from workbench.client.cli.options import Argument, Values, add_command, body
from workbench.client.cli.session import Session

SHORT = 12  # of an id, where people read it
NAME = Argument("NAME", "What it is for, such as `ci` or a person's name.", "name")
ROLE = asked(
    "--role",
    "A viewer reads, a member also submits, uploads and deletes, an admin also makes and revokes tokens",
    "TokenRequest",
    "role",
    "ROLE",
)
DAYS = asked("--days", "Days until it expires", "TokenRequest", "days", "DAYS", default=" (default: never)")
TOKEN = Argument("ID", f"Its id, or the first characters of it: {SHORT} are enough.")
TITLES = ("id", "name", "role", "created_at", "expires_at", "expired")


def register(app: typer.Typer) -> None:
    """Add the group to the command."""
    group = typer.Typer(help="Who may speak for the team.", no_args_is_help=True)
    add_command(
        group, "create", _create, "Make a token. Its secret is printed this once and kept nowhere.", [NAME, ROLE, DAYS]
    )
    add_command(group, "list", _list, "List the team's tokens; never their secrets.")
    add_command(group, "revoke", _revoke, "Revoke a token: every service refuses it within 30 seconds.", [TOKEN])
    app.add_typer(group, name="tokens")


def _create(session: Session, values: Values) -> None:
    made = session.client.tokens.create(body([NAME, ROLE, DAYS], values))
    if session.as_json:
        output.write_json(made)
        return
    output.write(made["secret"])
    until = f" until {made['expires_at']}" if made["expires_at"] else ""
    output.tell(f"token {made['id'][:SHORT]} ({made['name']}), {made['role']}{until}; the secret is not shown again")


def _list(session: Session, _values: Values) -> None:
    found = list(session.client.tokens.list())
    columns = [Column(title.removesuffix("_at"), title, folds=title == "name") for title in TITLES]
    shown = found if session.as_json else [{**token, "id": token["id"][:SHORT]} for token in found]
    show_list(shown, columns, as_json=session.as_json)


def _revoke(session: Session, values: Values) -> None:
    found = session.client.tokens.find(values["id"])
    session.client.tokens.delete(found["id"])
    if session.as_json:
        output.write_json(found)
    else:
        output.tell(f"token {found['id'][:SHORT]} ({found['name']}) revoked; it is refused within 30 s")
