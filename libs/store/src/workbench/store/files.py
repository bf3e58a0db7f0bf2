"""The store on a directory: a write goes to a temporary file, is flushed to disk and renamed into place."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.store.digest import Digest
from workbench.store.drafts import Drafts, create_empty, refusing_when_full
from workbench.store.file_parts import CHUNK, FileParts
from workbench.store.keys import checked
from workbench.store.port import ObjectInfo, ObjectMissing


class FileStore(FileParts):
    """One file per object below ``root``; names of ours that are no objects begin with a dot."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        super().__init__(self._root, Drafts(self._root / ".drafts"))
        self.sweep()

    def put(self, key: str, data: bytes) -> None:
        """See Store.put."""
        if not data and create_empty(self._path(key)):
            return
        with self._draft(key) as draft:
            draft.write(data)

    def put_stream(self, key: str, source: BinaryIO) -> tuple[str, int]:
        """See Store.put_stream."""
        size = 0
        with Digest() as digest, self._draft(key) as draft:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                draft.write(chunk)
            return digest.hexdigest(), size

    def copy(self, source: str, target: str) -> None:
        """See Store.copy: a second name of the same bytes, which nothing ever changes, where the disk has such."""
        if self._drafts.link(self._path(source), self._path(target)):
            return
        with self._open(source) as file, self._draft(target) as draft:
            shutil.copyfileobj(file, draft, CHUNK)

    def get(self, key: str) -> bytes:
        """See Store.get."""
        with self._open(key) as file:
            return file.read()

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """See Store.read."""
        return self._stream(self._open(key), start, length)

    def _stream(self, file: BinaryIO, start: int, length: int | None) -> Iterator[bytes]:
        with file:
            file.seek(start)
            left = length
            while left is None or left > 0:
                chunk = file.read(CHUNK if left is None else min(CHUNK, left))
                if not chunk:
                    return
                if left is not None:
                    left -= len(chunk)
                yield chunk

    def fetch(self, key: str, path: Path) -> str:
        """See Store.fetch."""
        with Digest() as digest, self._open(key) as file, refusing_when_full(), path.open("wb") as target:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
            return digest.hexdigest()

    def read_url(self, _key: str, _expires_s: int) -> str | None:
        """See Store.read_url: only this machine reads these files."""
        return None

    def info(self, key: str) -> ObjectInfo:
        """See Store.info."""
        try:
            found = self._path(key).stat()
        except (FileNotFoundError, NotADirectoryError):
            raise ObjectMissing(key) from None
        if not stat.S_ISREG(found.st_mode):
            raise ObjectMissing(key)
        return ObjectInfo(key, found.st_size, found.st_mtime)

    def exists(self, key: str) -> bool:
        """See Store.exists."""
        return self._path(key).is_file()

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """See Store.list."""
        folder = prefix.rpartition("/")[0]
        above = self._path(folder) if folder else self._root
        for key in sorted(self._walk(above)):
            if key.startswith(prefix):
                with contextlib.suppress(ObjectMissing):  # deleted while we walked
                    yield self.info(key)

    def delete(self, key: str) -> None:
        """See Store.delete."""
        path = self._path(key)
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            path.unlink()
        with contextlib.suppress(OSError):  # not empty, or a racing writer needs it
            path.parent.rmdir()

    def _path(self, key: str) -> Path:
        return self._root.joinpath(*checked(key).split("/"))

    def _walk(self, above: Path) -> Iterator[str]:
        for folder, folders, names in os.walk(above):
            if Path(folder) == self._root:
                folders[:] = [name for name in folders if not name.startswith(".")]
            for name in names:
                yield Path(folder, name).relative_to(self._root).as_posix()

    def _draft(self, key: str) -> contextlib.AbstractContextManager[BinaryIO]:
        return self._drafts.becoming(self._path(key))

    def _open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise ObjectMissing(key) from None
