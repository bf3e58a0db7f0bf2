"""The launcher for machines that ask for their runs: a run is a row, and whoever takes it tells of it at the desk.

Nothing is sent to a machine, and nothing is remembered here that the runs' rows do not say as well. A machine that is
away keeps what it runs, and its jobs wait for it, however long.
"""

from __future__ import annotations

import math
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from workbench.runner.runs import Runs, Ticket, collected, wait_for_end
from workbench.runner.values import Exit, Launch, Status

STOP_S = 60.0
LOOK_S = 0.25
WATCH_S = 1.0


@dataclass(frozen=True)
class Standing:
    """registered: whether the team has such a machine. away: why it does nothing now, in words; None when it does."""

    registered: bool
    away: str | None = None


class MachineLauncher:
    """Runs of one service. ``standing``: of a team's machine, by its name. ``ring``: wakes who asks for work."""

    def __init__(self, runs: Runs, standing: Callable[[str, str], Standing], ring: Callable[[], None]) -> None:
        self._runs, self._standing, self._ring = runs, standing, ring
        self._closed = threading.Event()

    def start(self, folder: Path, launch: Launch) -> None:
        """See Launcher.start: from now on the machine may take it."""
        self._runs.open(folder.name, launch, math.inf)
        self._ring()

    def check(self, folder: Path) -> Status:
        """See Launcher.check."""
        ticket = self._runs.current(folder.name)
        if ticket is None:
            return Status("absent")
        if ticket.exit is None:
            status = self._look(ticket)
            if status.exit is None:
                return status
            # Its last word may have come just before: the row decides, for everybody.
            self._runs.end(folder.name, ticket.run, status.exit)
            ticket = self._runs.current(folder.name) or ticket
        exit_ = ticket.exit or _removed(ticket)
        return Status("exited", exit=collected(self._runs, folder, ticket.run, exit_))

    def wait(self, folder: Path, timeout_s: float) -> Status:
        """See Launcher.wait."""
        return wait_for_end(partial(self.check, folder), self._closed.wait, timeout_s, LOOK_S)

    def stop(self, folder: Path) -> None:
        """See Launcher.stop. Of a machine that is away it is known that what still runs there changes nothing, and
        that it ends as soon as the machine asks again."""
        deadline = time.monotonic() + STOP_S
        while not self.halt(folder):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the machine does not end the run of {folder.name}")
            self._closed.wait(LOOK_S)

    def halt(self, folder: Path) -> bool:
        """Ask the run to end, without waiting; whether nothing of it is left that we could wait for."""
        ticket = self._runs.current(folder.name)
        if ticket is None:
            return True
        if ticket.exit is None:
            self._runs.end(folder.name, ticket.run, Exit("stopped", None, "The run was stopped."))
            self._ring()
            ticket = self._runs.current(folder.name) or ticket
        if not ticket.begun or (ticket.exit is not None and ticket.exit.reason != "stopped"):
            return True
        standing = self._standing(ticket.team, ticket.target or "")
        return not standing.registered or standing.away is not None

    def forget(self, folder: Path) -> None:
        """See Launcher.forget."""
        self._runs.close(folder.name)
        shutil.rmtree(folder, ignore_errors=True)

    def watch(self, changed: Callable[[str], None]) -> None:
        """From now on tell the name of a run's folder when it has ended; returns when this is closed."""
        told: set[str] = set()
        while not self._closed.wait(WATCH_S):
            ended = self._runs.ended()
            for name in ended - told:
                changed(name)
            told = ended

    @property
    def closed(self) -> bool:
        """Whether nobody watches any more."""
        return self._closed.is_set()

    def close(self) -> None:
        """Watch no more; the runs go on."""
        self._closed.set()

    def _look(self, ticket: Ticket) -> Status:
        standing = self._standing(ticket.team, ticket.target or "")
        if not standing.registered:
            return Status("exited", exit=_removed(ticket))
        if standing.away is not None:
            goes_on = "; what it has begun goes on there" if ticket.begun else ""
            return Status("waiting", waiting_for=f"{standing.away}{goes_on}")
        if ticket.begun:
            return Status("running")
        return Status("waiting", waiting_for=f"the machine {ticket.target} to take it")


def _removed(ticket: Ticket) -> Exit:
    return Exit(
        "target_removed", None, f"There is no machine {ticket.target!r} any more: somebody has removed the target."
    )
