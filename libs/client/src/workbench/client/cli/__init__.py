"""The `workbench` command: thin calls on the SDK, one module per group of commands.

Exit codes: 0 done, 1 the constraints of an optimization are not met, 2 wrong usage, 3 failed,
4 what to deploy is undecided, 130 Ctrl-C.
"""

from __future__ import annotations

import tempfile
import traceback
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup
from workbench.client.cli import (
    all_jobs,
    comparing,
    inspect_files,
    installed,
    optimize,
    output,
    resources,
    tokens,
    try_images,
    up,
    zoo,
)
from workbench.client.errors import BadInput, UploadInterrupted, WorkbenchError

USAGE = 2
FAILED = 3
INTERRUPTED = 130


class Workbench(TyperGroup):
    """Turns every error into a few lines for a person and an exit code; never a traceback."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Our own, then those that other packages bring."""
        return [*super().list_commands(ctx), *installed.names()]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One of ours, or one that another package brings."""
        return super().get_command(ctx, cmd_name) or installed.load(cmd_name)

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except UploadInterrupted as stopped:
            output.tell(f"Interrupted: {stopped}")
            raise typer.Exit(INTERRUPTED) from None
        except WorkbenchError as error:
            output.tell("Error: " + "\n".join(output.explain(error)))
            raise typer.Exit(USAGE if isinstance(error, BadInput) else FAILED) from None
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError):
            raise
        except Exception as error:
            output.tell(f"Error: a defect of this command ({type(error).__name__}: {error})")
            output.tell(f"Please report it with {_kept_traceback()}")
            raise typer.Exit(FAILED) from None


app = typer.Typer(
    cls=Workbench,
    help="DL Workbench: from a model file to a measured, calibrated, packaged model.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _tell_version(asked: bool) -> None:
    if asked:
        output.write(f"workbench {version('workbench-client')}")
        raise typer.Exit


@app.callback()
def root(
    _version: bool = typer.Option(
        False, "--version", callback=_tell_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    """DL Workbench: from a model file to a measured, calibrated, packaged model."""


optimize.register(app)
inspect_files.register(app)
try_images.register(app)
comparing.register(app)
up.register(app)
resources.register(app)
all_jobs.register(app)
tokens.register(app)
zoo.register(app)


def main() -> None:
    """The console script."""
    app(prog_name="workbench")


def _kept_traceback() -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="workbench-", suffix=".log", delete=False) as file:
        traceback.print_exc(file=file)
    return Path(file.name)
