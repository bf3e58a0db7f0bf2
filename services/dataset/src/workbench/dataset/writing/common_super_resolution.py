"""Common Super-Resolution: the images below `LR/`, and of each its high resolution, a PNG, below `HR/`."""

from __future__ import annotations

from base64 import b64decode

from workbench.dataset.writing.layout import Archive, Names, Source, below, stem

NAME = "common-super-resolution"
TASK = "super-resolution"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for two images whose high resolution would be one file."""
    names = Names()
    for image, known in source.images():
        path = below("LR", image.name)
        archive.copy(image, path)
        high = names.take(f"HR/{stem(path.partition('/')[2])}.png", image.name)
        archive.picture(high, b64decode(known[TASK]["picture"]))
    return []
