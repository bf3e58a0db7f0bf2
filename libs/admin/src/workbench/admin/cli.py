"""`workbench admin …`: thin commands over this installation's store and rows.

Nothing heavy is imported before a command runs: `workbench --help` loads this module.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer
from workbench.client.cli import output
from workbench.client.cli.listing import Column, show_list
from workbench.client.errors import BadInput, WorkbenchError

if TYPE_CHECKING:
    from workbench.admin.installation import Installation
    from workbench.store import Store
    from workbench.webapp.teams import Team, Token

GIB, DAY_S = 1 << 30, 24 * 3600
NOT_AS_IT_SHOULD_BE = 1


class Role(StrEnum):
    """What a token may do, from less to more."""

    VIEWER = "viewer"  # read
    MEMBER = "member"  # and submit, upload, cancel, delete
    ADMIN = "admin"  # nothing more over HTTP yet


AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for programs.")]

app = typer.Typer(
    help="Run an installation: teams, tokens, garbage, consistency. Acts on what the WORKBENCH_* "
    "settings of this environment name.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
teams = typer.Typer(help="Teams: tenants that see nothing of each other.", no_args_is_help=True, rich_markup_mode=None)
tokens = typer.Typer(
    help="Tokens: what a request shows to speak for a team.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(teams, name="teams")
app.add_typer(tokens, name="tokens")


@teams.command("create")
def create_team(
    name: Annotated[str, typer.Argument(help="1 to 40 of a-z, 0-9 and '-'.")],
    storage_gib: Annotated[
        float | None,
        typer.Option(help="What it may store; 0 is no limit (default: WORKBENCH_TEAM_STORAGE_GIB).", min=0),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a team."""
    from workbench.webapp.teams import write_team

    with _store() as store:
        team = write_team(store, name, None if storage_gib is None else int(storage_gib * GIB))
    output.show_one(_team_view(team), as_json=as_json)


@teams.command("list")
def list_teams(as_json: AsJson = False) -> None:
    """List the teams."""
    from workbench.webapp import teams

    with _store() as store:
        views = [_team_view(team) for team in teams.list_teams(store)]
    columns = [Column("name", "name"), Column("limit in bytes", "storage_limit_bytes"), Column("created", "created_at")]
    show_list(views, columns, as_json=as_json)


@tokens.command("create")
def create_token(
    team: Annotated[str, typer.Argument(help="The team it speaks for.")],
    name: Annotated[str, typer.Argument(help="What it is for, such as `ci` or a person's name.")],
    role: Annotated[Role, typer.Option(help="viewer reads; member also submits, uploads, cancels and deletes.")] = (
        Role.MEMBER
    ),
    days: Annotated[float | None, typer.Option(help="Days until it expires (default: never).", min=0)] = None,
    as_json: AsJson = False,
) -> None:
    """Make a token. Its secret is printed this once and kept nowhere."""
    from workbench.webapp import teams
    from workbench.webapp.identity import Identity

    expires = None if days is None else time.time() + days * DAY_S
    with _store() as store:
        secret, token = teams.create_token(store, Identity(team, str(role)), name, expires)
    if as_json:
        output.write_json(_token_view(token) | {"secret": secret})
        return
    output.write(secret)
    until = f" until {_rfc3339(token.expires)}" if token.expires else ""
    output.tell(f"token {token.id[:12]} of team {team}, {role}{until}; the secret is not shown again")


@tokens.command("list")
def list_tokens(
    team: Annotated[str | None, typer.Option(help="Only this team's.")] = None, as_json: AsJson = False
) -> None:
    """List the tokens; never their secrets."""
    from workbench.webapp import teams

    with _store() as store:
        views = [_token_view(token) for token in teams.list_tokens(store, team)]
    shown = [view | {"id": view["id"][:12]} for view in views] if not as_json else views
    titles = ("id", "team", "role", "name", "expires", "expired")
    columns = [Column(title, title, folds=title == "name") for title in titles]
    show_list(shown, columns, as_json=as_json)


@tokens.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(help="Its id, or the first 8 characters or more of it.")],
    as_json: AsJson = False,
) -> None:
    """Revoke a token: every service refuses it within 30 seconds."""
    from workbench.webapp import teams

    with _store() as store:
        gone = teams.revoke_token(store, token)
    if as_json:
        output.write_json(_token_view(gone))
    else:
        output.tell(f"token {gone.id[:12]} of team {gone.team} ({gone.name}) revoked; it is refused within 30 s")


@app.command("gc")
def collect_garbage(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    older_than: Annotated[float, typer.Option(help="Spare what is younger than this many days.", min=0)] = 7.0,
    as_json: AsJson = False,
) -> None:
    """Remove blobs that nothing lists, abandoned uploads and the remains of runs; safe while all services work."""
    from workbench.admin.gc import collect

    with _installation() as place:
        gone = collect(place, older_than * DAY_S, dry_run=dry_run)
    if as_json:
        output.write_json(gone.__dict__ | {"counted": [each._asdict() for each in gone.counted]})
        return
    verb = "would be removed" if dry_run else "removed"
    output.write(
        f"{gone.blobs} blobs ({gone.blob_bytes} bytes), {gone.staged} remains of runs "
        f"({gone.staged_bytes} bytes), {gone.holds} holds of ended jobs, {gone.uploads} abandoned uploads and "
        f"{gone.leftovers} things that killed processes left {verb}"
    )
    for each in gone.counted:
        output.write(f"{each.team}: {each.service} had counted {each.was_bytes} bytes, and counts {each.is_bytes} now")


@app.command("check")
def check_consistency(
    deep: Annotated[bool, typer.Option("--deep", help="Read and hash every file, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check that everything rows and manifests name is there; exit code 1 and a line for each thing that is not.

    Says first how far this machine confines runs: a line, and a finding only where WORKBENCH_SANDBOX requires more.
    """
    from workbench.admin.check import check, of_confinement

    with _installation() as place:
        line, findings = of_confinement()
        findings += list(check(place, deep=deep))
    if line:
        output.tell(line)
    if as_json:
        output.write_json([finding._asdict() for finding in findings])
    else:
        for finding in findings:
            output.write(f"{finding.team}: {finding.what}: {finding.detail}")
        output.tell(f"found wrong: {len(findings)}" if findings else "everything that is named is there")
    if findings:
        raise typer.Exit(NOT_AS_IT_SHOULD_BE)


@contextlib.contextmanager
def _store() -> Iterator[Store]:
    with _installation(rows=False) as place:
        yield place.store


@contextlib.contextmanager
def _installation(*, rows: bool = True) -> Iterator[Installation]:
    """What went wrong becomes what the command line shows: a line or two and an exit code."""
    from workbench.admin.gc import NoRows
    from workbench.admin.installation import opened
    from workbench.admin.inventory import Unreadable
    from workbench.jobs import DatabaseAway
    from workbench.store import StoreAway
    from workbench.webapp.settings import WrongSetting, load
    from workbench.webapp.teams import WrongTeam, WrongToken

    try:
        with opened(load(), rows=rows) as place:
            yield place
    except (WrongSetting, WrongTeam, WrongToken) as error:
        raise BadInput(str(error)) from None
    except NoRows:
        raise WorkbenchError(
            "No service has rows here, so what is needed cannot be known: nothing was removed. "
            "Do WORKBENCH_DATABASE_URL and WORKBENCH_HOME name this installation?"
        ) from None
    except Unreadable as error:
        raise WorkbenchError(
            f"A manifest cannot be read, and it may list any file: {error}. "
            "Restore it first; `workbench admin check` finds all such."
        ) from None
    except (DatabaseAway, StoreAway) as error:
        raise WorkbenchError(str(error)) from None


def _team_view(team: Team) -> dict[str, Any]:
    return {**team.__dict__, "created_at": _rfc3339(team.created_at)}


def _token_view(token: Token) -> dict[str, Any]:
    times = {"created_at": _rfc3339(token.created_at), "expires": _rfc3339(token.expires)}
    return {**token.__dict__, **times, "expired": token.expired}


def _rfc3339(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
