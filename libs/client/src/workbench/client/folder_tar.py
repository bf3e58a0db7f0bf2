"""A folder as one tar that is never written anywhere: any range of it is made from the files when it is asked for.

Thousands of images become a few large parts, and an empty folder (a class without images) arrives too.
"""

from __future__ import annotations

import tarfile
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path

from workbench.client.errors import BadInput
from workbench.client.uploads import Part

BLOCK = tarfile.BLOCKSIZE


class FolderTar:
    """The tar of these files and empty folders. The same ones give the same bytes: there are no times in it."""

    def __init__(self, folder: Path, parts: list[Part], empty_folders: list[str]) -> None:
        self.name = f"{folder.resolve().name}.tar"
        self.path = folder
        self._pieces: list[bytes | Part] = []
        self._starts: list[int] = []
        self.size_bytes = 0
        for name in empty_folders:
            self._add(_header(f"{name}/", 0, tarfile.DIRTYPE))
        for part in parts:
            self._add(_header(part.name, part.size_bytes, tarfile.REGTYPE))
            if part.size_bytes:
                self._add(part)
            if part.size_bytes % BLOCK:
                self._add(bytes(BLOCK - part.size_bytes % BLOCK))
        self._add(bytes(2 * BLOCK))

    def read(self, offset: int, size: int) -> Iterator[bytes]:
        """``size`` bytes from ``offset`` on. Raises BadInput for a file that changed."""
        at = bisect_right(self._starts, offset) - 1
        while size > 0:
            piece, skip = self._pieces[at], offset - self._starts[at]
            length = min(size, _length(piece) - skip)
            if isinstance(piece, bytes):
                yield piece[skip : skip + length]
            else:
                yield from piece.read(skip, length)
            offset, size, at = offset + length, size - length, at + 1

    def version(self) -> list[object]:
        """What changes when a file does."""
        return [piece.version() for piece in self._pieces if isinstance(piece, Part)]

    def _add(self, piece: bytes | Part) -> None:
        self._starts.append(self.size_bytes)
        self._pieces.append(piece)
        self.size_bytes += _length(piece)


def empty_folders(folder: Path) -> list[str]:
    """Folders with nothing below them that is not hidden, by relative path. Raises BadInput."""
    try:
        entries = sorted(entry for entry in folder.rglob("*") if entry.is_dir() and not entry.is_symlink())
    except OSError as error:
        raise BadInput(f"{folder} cannot be read: {error.strerror}") from None
    found = []
    for entry in entries:
        name = entry.relative_to(folder)
        hidden = any(part.startswith(".") for part in name.parts)
        if not hidden and not any(not each.name.startswith(".") for each in entry.iterdir()):
            found.append(name.as_posix())
    return found


def _header(name: str, size_bytes: int, kind: bytes) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.type, info.mode = size_bytes, kind, 0o755 if kind == tarfile.DIRTYPE else 0o644
    return info.tobuf(tarfile.PAX_FORMAT)


def _length(piece: bytes | Part) -> int:
    return len(piece) if isinstance(piece, bytes) else piece.size_bytes
