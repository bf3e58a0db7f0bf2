"""What the launcher needs of the service whose runs it starts: their rows, and what their pods have left."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workbench.runner.values import Exit, Launch


@dataclass(frozen=True)
class Ticket:
    """One run. ``token``: its pod's only secret. ``exit``: once that is known. ``begun``: its pod has reported."""

    run: str
    token: str = field(repr=False)
    exit: Exit | None
    begun: bool


class Runs(Protocol):
    """The runs of one service by the name of their folder, which is their job's id."""

    def open(self, name: str, launch: Launch) -> Ticket:
        """The run there is, or else a new one."""

    def current(self, name: str) -> Ticket | None:
        """The run there is."""

    def known(self, run_ids: list[str]) -> set[str]:
        """Those of these runs that are wanted."""

    def end(self, name: str, run: str, exit_: Exit) -> None:
        """Decide how it has ended, unless that is known; from then on its pod writes nothing."""

    def collect(self, name: str, folder: Path) -> None:
        """Bring what it has left to the folder. Raises BadDocument."""

    def close(self, name: str) -> str | None:
        """Forget it; which it was."""
