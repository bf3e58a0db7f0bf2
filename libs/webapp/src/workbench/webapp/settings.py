"""Settings from `WORKBENCH_*` environment variables, checked at start: a wrong one is one clear line.

Each setting is declared once, here; the reference page is generated from this table.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Setting:
    """One environment variable: ``parse`` raises ValueError with what would be accepted."""

    name: str
    default: str
    unit: str
    meaning: str
    parse: Callable[[str], Any]


class WrongSetting(ValueError):
    """The message names the variable, its value and what is accepted."""


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.lstrip("-").isdigit() or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def _folder(text: str) -> Path:
    if not text:
        raise ValueError("the path of a folder")
    return Path(text).expanduser()


def _home() -> str:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return str(Path(data) / "workbench")


SETTINGS = (
    Setting("HOME", "~/.local/share/workbench", "path", "Where the embedded workbench keeps everything.", _folder),
    Setting("PORT", "0", "port", "Port of the API; 0 takes a free one.", _whole(0, 65535)),
    Setting("SLOTS", "2", "jobs", "How many jobs of one service a worker carries out at a time.", _whole(1, 256)),
    Setting("LEASE_S", "15", "seconds", "After how long without a sign of life a job is given to another worker.",
            _whole(2, 3600)),
    Setting("UPLOAD_LIMIT_MIB", "20480", "MiB", "Largest request body that is accepted.", _whole(1, 1 << 30)),
    Setting("IDLE_EXIT_S", "0", "seconds", "Stop the embedded workbench after this long with nothing to do; 0: never.",
            _whole(0, 86400)),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The parsed values, in the units of the table."""

    home: Path
    port: int
    slots: int
    lease_s: int
    upload_limit_mib: int
    idle_exit_s: int


def load(environment: Mapping[str, str] = os.environ) -> Settings:
    """Raises WrongSetting for the first value that cannot be used or variable that does not exist."""
    values = {}
    for setting in SETTINGS:
        default = _home() if setting.name == "HOME" else setting.default
        text = environment.get(f"WORKBENCH_{setting.name}", default)
        try:
            values[setting.name.lower()] = setting.parse(text)
        except ValueError as error:
            raise WrongSetting(f"WORKBENCH_{setting.name}={text!r} cannot be used: give {error}.") from None
    return Settings(**values)


def load_or_exit() -> Settings:
    """For programs: a wrong setting is one line on standard error and exit code 2."""
    try:
        return load()
    except WrongSetting as error:
        print(f"workbench: {error}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
