"""The port: five verbs over a working folder, whatever the place where the core's process lives."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from workbench.runner.values import Launch, Status


class PlaceAway(Exception):
    """The place where runs live cannot be asked now; what runs there goes on. Worth trying again."""


class Launcher(Protocol):
    """Starts cores and finds them again: a folder identifies its run, in this process and in the next one."""

    def start(self, folder: Path, launch: Launch) -> None:
        """See that this folder has a run: adopt a live one, leave a finished one, else start afresh.

        ``folder/inputs`` was staged by the caller. Afresh means: what a dead run left is ended and removed,
        except the inputs. Raises OSError when the run cannot be started; then nothing of it is left alive.
        """
        ...

    def check(self, folder: Path) -> Status:
        """Where the run is now; never waits for it. Once it has exited the folder has what it left."""
        ...

    def wait(self, folder: Path, timeout_s: float) -> Status:
        """Block until the run has exited, or the time is over; an absent run is answered at once."""
        ...

    def stop(self, folder: Path) -> None:
        """End the run: on return nothing of it is alive and its device is free. A finished run stays so.

        Raises TimeoutError when even SIGKILL did not help (a process stuck in the kernel).
        """
        ...

    def forget(self, folder: Path) -> None:
        """Remove everything of a run that has ended, its folder too."""
        ...
