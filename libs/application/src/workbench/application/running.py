"""The one task of a package: what is carried of it, found by its name."""

from __future__ import annotations

import importlib

from workbench.tasks.protocols import Running


def running_of(task: str) -> Running:
    """What reads, shows and compares the results of a task. A package carries only its own."""
    running: Running = importlib.import_module(f"workbench.tasks.{task.replace('-', '_')}.running").RUNNING
    return running
