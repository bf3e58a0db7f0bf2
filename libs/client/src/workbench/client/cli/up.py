"""`workbench up`: serve the workbench of this machine until stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from workbench.client import embedded

PORT = "Port to listen on (default: a free one)."
HOME = "Where everything is kept (default: WORKBENCH_HOME, or ~/.local/share/workbench)."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("up")(up)


def up(
    port: Annotated[int | None, typer.Option(help=PORT, min=1, max=65535, show_default=False)] = None,
    home: Annotated[Path | None, typer.Option(help=HOME, show_default=False)] = None,
) -> None:
    """Serve the workbench of this machine until Ctrl-C; other commands join it by themselves."""
    raise typer.Exit(embedded.serve(home.expanduser() if home else embedded.home_folder(), port))
