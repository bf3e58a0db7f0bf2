"""What belongs to a main file by lying in its folder, and the refusal where it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.ir import MissingFile


def beside(main: Path, fits: Callable[[Path], bool]) -> list[Path]:
    """The other files of its folder that fit, by name."""
    return sorted(path for path in main.parent.iterdir() if path.is_file() and path != main and fits(path))


def missing(name: str, what: str, wanted: str) -> MissingFile:
    """``what`` of the file ``name`` is not there: as in "its weights were"."""
    return MissingFile(f"{name}: {what} not uploaded. Upload {wanted} in the same folder.", file=name, missing=wanted)
