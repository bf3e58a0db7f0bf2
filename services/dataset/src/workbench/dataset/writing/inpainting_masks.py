"""Inpainting with masks: the images below `images/`, and of each its mask, a PNG, below `holes/`."""

from __future__ import annotations

from base64 import b64decode

from workbench.dataset.writing.layout import Archive, Names, Source, below, stem

NAME = "inpainting-masks"
TASK = "inpainting"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for two images whose mask would be one file."""
    names = Names()
    for image, known in source.images():
        path = below("images", image.name)
        archive.copy(image, path)
        mask = names.take(f"holes/{stem(path.partition('/')[2])}.png", image.name)
        archive.picture(mask, b64decode(known[TASK]["hole"]))
    return []
