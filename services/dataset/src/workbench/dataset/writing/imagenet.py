"""ImageNet: a folder for each class, `list.txt` with `<file> <label id>` lines, `labels.txt` with the classes' names.

Folders alone lose the ids of classes without images and of those whose order is not that of their names; the two texts
keep them. A folder's name is the class's, with what not every system allows replaced by `_`.
"""

from __future__ import annotations

import re

from workbench.dataset.writing.layout import Archive, Names, Source, check_lines

NAME = "imagenet"
TASK = "classification"
TASKS: tuple[str, ...] = (TASK,)
MARKS: frozenset[str] = frozenset()

_UNSAFE = re.compile(r'[\\/:*?"<>|]')
_WNID = re.compile(r"n[0-9]{8}\s+.+")
_LONGEST = 100  # characters of a folder's name


def write(source: Source, archive: Archive) -> list[str]:
    """Raises NotHeld for a name that would be read as another, and for two images of one name."""
    if source.named:
        check_lines(source.classes, "labels.txt", lambda name: bool(_WNID.fullmatch(name)))
    folders, names, rows = _folders(source), Names(), list[str]()
    for image, known in source.images():
        label = known[TASK]["label"]
        folder = folders[label]
        file = image.name.removeprefix(f"{folder}/").replace("/", "_")
        path = names.take(f"{folder}/{file}", image.name)
        archive.copy(image, path)
        rows.append(f"{path} {label}\n")
    with archive.text("list.txt") as put:
        for row in rows:
            put(row)
    if source.named:
        with archive.text("labels.txt") as put:
            put("".join(f"{name}\n" for name in source.classes))
    return []


def _folders(source: Source) -> list[str]:
    """By id; each another, whatever the case of letters."""
    found: list[str] = []
    taken: set[str] = set()
    for label, name in enumerate(source.classes):
        folder = _UNSAFE.sub("_", name)[:_LONGEST].strip(" .") or "_"
        if folder.casefold() in taken:
            folder = f"{folder}_{label}"
        taken.add(folder.casefold())
        found.append(folder)
    return found
