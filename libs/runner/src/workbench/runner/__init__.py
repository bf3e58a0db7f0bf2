"""One contract for heavy work in a process of its own, and the launchers that keep it."""

from workbench.runner.launcher import Launcher, PlaceAway
from workbench.runner.local.process import ProcessLauncher
from workbench.runner.outcome import Outcome, read_outcome
from workbench.runner.progress import Progress, read_log, read_progress
from workbench.runner.values import Exit, Launch, Limits, Status

__all__ = [
    "Exit",
    "Launch",
    "Launcher",
    "Limits",
    "Outcome",
    "PlaceAway",
    "ProcessLauncher",
    "Progress",
    "Status",
    "read_log",
    "read_outcome",
    "read_progress",
]
