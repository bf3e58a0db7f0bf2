"""How far the cores are confined that this process starts, for readiness and for who reads its first lines."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from workbench.runner.local.trial import in_words, trial
from workbench.webapp.settings import Settings

Told = Callable[[], dict[str, Any]]


def confinement(settings: Settings) -> Told | None:
    """What a trial has found, with the setting; None where runs are pods, which each say it of themselves."""
    if settings.launcher != "process":
        return None
    return lambda: {"asked": settings.sandbox, **trial(settings.home)}


def first_line(settings: Settings) -> str | None:
    """What to print once, at the start."""
    told = confinement(settings)
    who = "started as root; " if os.geteuid() == 0 else ""
    return None if told is None else f"workbench: {who}{in_words(told(), settings.sandbox)}"
