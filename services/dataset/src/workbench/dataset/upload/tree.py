"""The upload as a person meant it: without the litter of operating systems and without a wrapping folder.

The same images give the same tree, whether they came as a zip, a tar or a folder.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import PurePosixPath

from workbench.archives.entries import Entries, Entry
from workbench.imaging.preparation import IMAGE_SUFFIXES

_LITTER = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini"})
# Folders that a Mac, storage boxes of Synology and QNAP, and Windows put beside people's own.
_LITTER_FOLDERS = frozenset({"__macosx", "@eadir", "#recycle", "@recycle", "$recycle.bin", "system volume information"})


@dataclass(frozen=True)
class Tree:
    """Files by name, sorted; every folder that holds something or is itself in the upload.

    ``top`` is the last wrapping folder that was taken away, "" when there was none. ``passed_over``: images that lie
    among the litter, thumbnails mostly.
    """

    files: dict[str, Entry]
    folders: frozenset[str]
    top: str = ""
    passed_over: tuple[str, ...] = ()

    @cached_property
    def images(self) -> list[Entry]:
        """The files with an image's suffix, by name."""
        return [entry for name, entry in self.files.items() if is_image(name)]

    @cached_property
    def root_texts(self) -> list[Entry]:
        """The texts and tables that lie in the root: lists and names."""
        return [
            entry for name, entry in self.files.items() if "/" not in name and suffix(name) in (".txt", ".csv", ".tsv")
        ]

    def has_image(self, name: str) -> bool:
        """Whether an image is called so, in whichever folder and letters, with or without its suffix."""
        return alike(last_part(name)) in self._image_names

    @cached_property
    def _image_names(self) -> set[str]:
        names = [PurePosixPath(alike(image.name)) for image in self.images]
        return {path.name for path in names} | {path.stem for path in names}


def arrange(entries: Entries) -> Tree:
    """The tree of an upload."""
    files = {name: entry for name, entry in entries.files.items() if not _is_litter(name)}
    folders = {name for name in entries.folders if not _is_litter(name)}
    for name in list(folders) + list(files):
        folders.update(_parents(name))
    prefix = _wrapping(files, folders)
    return Tree(
        files={entry.name: entry for entry in sorted(_below(prefix, files.values()), key=lambda e: e.name)},
        folders=frozenset(name.removeprefix(prefix) for name in folders if len(name) > len(prefix)),
        top=PurePosixPath(prefix).name,
        passed_over=tuple(sorted(name for name in entries.files if is_image(name) and _is_thumbnail(name))),
    )


def is_image(name: str) -> bool:
    """Whether the name is that of an image."""
    return suffix(name) in IMAGE_SUFFIXES


def suffix(name: str) -> str:
    """The suffix in lower case, with its dot: as pathlib has it, in a tenth of its time."""
    last = name.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:].lower() if 0 < dot < len(last) - 1 else ""


def last_part(name: str) -> str:
    """Of a path, whichever way its slashes lean."""
    return name.replace("\\", "/").rpartition("/")[2]


def alike(name: str) -> str:
    """The same for names that a person would call the same: composed, in one case."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def folder_of(name: str) -> str:
    """The folder a file lies in, "" for the root."""
    return name.rpartition("/")[0]


def _is_litter(name: str) -> bool:
    parts = name.split("/")
    if any(part.startswith(".") or part.lower() in _LITTER_FOLDERS for part in parts):
        return True
    last = parts[-1].lower()
    return last in _LITTER or (last.startswith("readme") and suffix(last) in ("", ".md", ".txt", ".rst"))


def _is_thumbnail(name: str) -> bool:
    # A Mac's "._a.jpg" is no picture at all.
    return _is_litter(name) and not last_part(name).startswith(".")


def _parents(name: str) -> Iterable[str]:
    while name := folder_of(name):
        yield name


def _wrapping(files: Iterable[str], folders: Iterable[str]) -> str:
    """The chain of folders, each alone in its parent, that everything lies in: "ds/VOC2012/" or ""."""
    names = [*files, *folders]
    prefix = ""
    while True:
        below = {name.removeprefix(prefix).split("/")[0] for name in names if len(name) > len(prefix)}
        if len(below) != 1:
            return prefix
        [only] = below
        if not any(name.startswith(f"{prefix}{only}/") for name in names):
            return prefix
        prefix += only + "/"


def _below(prefix: str, files: Iterable[Entry]) -> list[Entry]:
    return [replace(entry, name=entry.name.removeprefix(prefix)) for entry in files]
