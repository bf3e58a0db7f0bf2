"""Images alone, each by its own name: of a dataset that is not annotated, or without what is known of them."""

from __future__ import annotations

from workbench.dataset.writing.layout import Archive, Source

NAME = "unannotated"
TASKS: tuple[str, ...] = ()
MARKS: frozenset[str] = frozenset()


def write(source: Source, archive: Archive) -> list[str]:
    """All of them."""
    for image, _ in source.images():
        archive.copy(image, image.name)
    return []
