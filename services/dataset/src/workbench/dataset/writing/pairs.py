"""Layouts of two folders: the images in one, and what belongs to each, a PNG of the same name, in the other."""

from __future__ import annotations

from base64 import b64decode

from workbench.dataset.writing.layout import Archive, Names, Source, below, stem


def write_pairs(source: Source, archive: Archive, task: str, field: str, *, images: str, others: str) -> list[str]:
    """Write all images below ``images``; below ``others`` the PNG that ``field`` of their annotation for ``task`` is.

    Raises NotHeld for two images whose PNG would be one file. There is never anything people should know.
    """
    names = Names()
    for image, known in source.images():
        path = below(images, image.name)
        archive.copy(image, path)
        other = names.take(f"{others}/{stem(path.partition('/')[2])}.png", image.name)
        archive.picture(other, b64decode(known[task][field]))
    return []
