"""Inpainting with masks: the images below `images/`, and of each its mask, a PNG, below `holes/`."""

from __future__ import annotations

from workbench.dataset.writing.layout import Archive, Source
from workbench.dataset.writing.pairs import write_pairs

NAME = "inpainting-masks"
TASK = "inpainting"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for two images whose mask would be one file."""
    return write_pairs(source, archive, TASK, "hole", images="images", others="holes")
