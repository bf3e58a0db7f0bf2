"""What a launcher needs of the service whose runs it starts elsewhere: their rows, and what they have left."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from workbench.runner.documents import BadDocument
from workbench.runner.values import Exit, Launch, Status

_MARKER = "run"


@dataclass(frozen=True)
class Ticket:
    """One run of a team's job. ``token``: its pod's or agent's only secret. ``exit``: once that is known. ``begun``:
    whoever carries it out has begun, and what it began may be alive. ``target``: of its launch."""

    run: str
    token: str = field(repr=False)
    exit: Exit | None
    begun: bool
    team: str = ""
    target: str | None = None


class Runs(Protocol):
    """The runs of one service by the name of their folder, which is their job's id."""

    def open(self, name: str, launch: Launch, waits_s: float = ...) -> Ticket:
        """The run there is, or else a new one. ``waits_s``: how long it may take until whoever carries it out has told
        of its end, beside its own time; else as long as in a cluster."""

    def current(self, name: str) -> Ticket | None:
        """The run there is."""

    def known(self, run_ids: list[str]) -> set[str]:
        """Those of these runs that are wanted."""

    def ended(self) -> set[str]:
        """The names of all whose end is known."""

    def end(self, name: str, run: str, exit_: Exit) -> None:
        """Decide how it has ended, unless that is known; from then on its pod or agent writes nothing."""

    def collect(self, name: str, folder: Path) -> None:
        """Bring what it has left to the folder. Raises BadDocument."""

    def close(self, name: str) -> str | None:
        """Forget it; which it was."""


def collected(runs: Runs, folder: Path, run: str, exit_: Exit) -> Exit:
    """See that the folder has what the run has left; how it has ended, which may be that this is no result.

    The folder may be an earlier run's, of a job that another worker had meanwhile.
    """
    marker = folder / _MARKER
    if marker.exists() and marker.read_text() == run:
        return exit_
    draft = folder.with_name(f"{folder.name}.{run}.part")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        if exit_.reason != "stopped":
            runs.collect(folder.name, draft)
    except BadDocument as fault:
        exit_ = Exit("crashed", None, f"The run left something that is not a result: {fault}.")
        shutil.rmtree(draft)
        draft.mkdir()
    (draft / _MARKER).write_text(run)
    shutil.rmtree(folder, ignore_errors=True)
    draft.rename(folder)
    return exit_


def wait_for_end(
    check: Callable[[], Status], pause: Callable[[float], object], timeout_s: float, look_s: float
) -> Status:
    """What ``check`` says when the run has ended or is absent, or after the timeout.

    pause: sleeps so many seconds, at most ``look_s``, or less when there may be news.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        status = check()
        left = deadline - time.monotonic()
        if status.state in ("absent", "exited") or left <= 0:
            return status
        pause(min(left, look_s))
