"""Where environments apart lie: interpreters with other libraries, for models that only their own framework reads.

Below the workbench's home, where they are made when they are first needed, or beside our own libraries, as in an image.
A confined core may read and run both, and change neither. Only the standard library.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER = "environments"
VARIABLE = "WORKBENCH_ENVIRONMENTS"  # of a core: the home's folder of them


def below(home: Path) -> Path:
    """The folder of those that were made for a home."""
    return home / FOLDER


def beside_us() -> Path:
    """The folder of those that came with our libraries."""
    return Path(sys.prefix, FOLDER)


def interpreter_of(folder: Path) -> Path:
    """An environment's own Python; there where the environment is."""
    return folder / "bin" / "python"


def found(name: str, *places: Path) -> Path | None:
    """Where it is installed, in the first of these places or beside us."""
    folders = [place / name for place in (*places, beside_us())]
    return next((folder for folder in folders if interpreter_of(folder).exists()), None)


def seen_by_a_core(name: str) -> Path | None:
    """Where it is installed for the run that this process is."""
    told = os.environ.get(VARIABLE)
    return found(name, *([Path(told)] if told else []))
