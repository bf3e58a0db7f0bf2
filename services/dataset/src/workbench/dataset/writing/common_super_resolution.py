"""Common Super-Resolution: the images below `LR/`, and of each its high resolution, a PNG, below `HR/`."""

from __future__ import annotations

from workbench.dataset.writing.layout import Archive, Source
from workbench.dataset.writing.pairs import write_pairs

NAME = "common-super-resolution"
TASK = "super-resolution"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for two images whose high resolution would be one file."""
    return write_pairs(source, archive, TASK, "picture", images="LR", others="HR")
