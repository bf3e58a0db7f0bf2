"""`workbench agent`: make this machine a target of a workbench that is elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from workbench.client.embedded import home_folder
from workbench.runner.agent.machine import work

app = typer.Typer(add_completion=False, rich_markup_mode=None)

SERVER = "The workbench's address, such as https://workbench.example.com."
TOKEN = "What `workbench targets add NAME` says; needed once."  # noqa: S105 - a help text
HOME = "Where runs work, and where the device lock lies (default: WORKBENCH_HOME, or ~/.local/share/workbench)."


@app.command()
def agent(
    server: Annotated[str, typer.Option(envvar="WORKBENCH_SERVER", help=SERVER, metavar="URL", show_default=False)],
    token: Annotated[
        str | None, typer.Option(envvar="WORKBENCH_AGENT_TOKEN", help=TOKEN, metavar="TOKEN", show_default=False)
    ] = None,
    home: Annotated[Path | None, typer.Option(help=HOME, show_default=False)] = None,
) -> None:
    """Take the runs of a workbench that is elsewhere: this machine becomes one of its targets.

    It reaches out, and needs no open port. What it runs goes on when it is stopped, and when the connection is lost.
    """
    raise typer.Exit(work(server, token, home or home_folder()))
