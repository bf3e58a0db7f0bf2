"""Groups of commands that other packages bring, such as `workbench admin`: named by the entry points `workbench.cli`.

They are looked for when a command is asked for that is not our own, or when all are listed; never otherwise.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Any

import typer

GROUP = "workbench.cli"


def names() -> list[str]:
    """What is installed, by name."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def load(name: str) -> Any:
    """The command, or None when nothing of this name is installed."""
    for point in entry_points(group=GROUP, name=name):
        command = typer.main.get_command(point.load())
        command.name = name
        return command
    return None
