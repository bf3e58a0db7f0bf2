"""One contract for heavy work in a process of its own, and the launchers that keep it.

What launches is loaded when it is asked for: a core, which imports a module of this package, pays for none of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.runner.launcher import Launcher, PlaceAway
    from workbench.runner.local.process import ProcessLauncher
    from workbench.runner.outcome import Outcome, read_outcome
    from workbench.runner.progress import Progress, read_log, read_progress
    from workbench.runner.values import Exit, Launch, Limits, Status

_HOMES = {
    "Exit": "values",
    "Launch": "values",
    "Launcher": "launcher",
    "Limits": "values",
    "Outcome": "outcome",
    "PlaceAway": "launcher",
    "ProcessLauncher": "local.process",
    "Progress": "progress",
    "Status": "values",
    "read_log": "progress",
    "read_outcome": "outcome",
    "read_progress": "progress",
}

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
