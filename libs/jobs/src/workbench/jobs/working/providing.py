"""A run that did not find the environment its model is read in: which one, so that it can be made and run again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.jobs.kind import Conduct
from workbench.runner import Exit, read_outcome

# Makes an environment by its name. Raises Problems, Cancelled, LeaseLost.
Provide = Callable[[str, Conduct], None]
_MISSING = "EnvironmentMissing"


def missing(folder: Path, exit_: Exit | None) -> str | None:
    """What the run in this folder was refused for; None for every other end."""
    refusal = read_outcome(folder, exit_).refusal or {}
    name = refusal.get("environment")
    return name if refusal.get("kind") == _MISSING and isinstance(name, str) else None
