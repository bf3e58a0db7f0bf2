"""The store on a directory: a write goes to a temporary file, is flushed to disk and renamed into place."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from workbench.store.port import NoRoom, ObjectInfo, ObjectMissing

CHUNK = 1 << 20
_DRAFTS = ".drafts"


class FileStore:
    """One file per object below ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        (self._root / _DRAFTS).mkdir(parents=True, exist_ok=True)

    def put(self, key: str, data: bytes) -> None:
        """See Store.put."""
        with self._draft(key) as draft:
            draft.write(data)

    def put_stream(self, key: str, source: BinaryIO) -> tuple[str, int]:
        """See Store.put_stream."""
        digest, size = hashlib.sha256(), 0
        with self._draft(key) as draft:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
                draft.write(chunk)
        return digest.hexdigest(), size

    def copy(self, source: str, target: str) -> None:
        """See Store.copy."""
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
        digest = hashlib.sha256()
        with self._open(key) as file, _refusing_when_full(), path.open("wb") as target:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
        return digest.hexdigest()

    def info(self, key: str) -> ObjectInfo:
        """See Store.info."""
        try:
            stat = self._path(key).stat()
        except (FileNotFoundError, NotADirectoryError):
            raise ObjectMissing(key) from None
        return ObjectInfo(key, stat.st_size, stat.st_mtime)

    def exists(self, key: str) -> bool:
        """See Store.exists."""
        return self._path(key).is_file()

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """See Store.list."""
        folder = self._root / prefix if prefix.endswith("/") else (self._root / prefix).parent
        if not folder.is_dir():
            return
        for path in sorted(folder.rglob("*")):
            key = path.relative_to(self._root).as_posix()
            if key.startswith(prefix) and not key.startswith(_DRAFTS) and path.is_file():
                with contextlib.suppress(ObjectMissing):  # deleted while we walked
                    yield self.info(key)

    def delete(self, key: str) -> None:
        """See Store.delete."""
        path = self._path(key)
        path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # not empty, or a racing writer needs it
            path.parent.rmdir()

    def _path(self, key: str) -> Path:
        parts = key.split("/")
        if not key or key.startswith("/") or any(part in ("", ".", "..") for part in parts) or "\0" in key:
            raise ValueError(f"not a key: {key!r}")
        return self._root.joinpath(*parts)

    def _open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise ObjectMissing(key) from None

    @contextlib.contextmanager
    def _draft(self, key: str) -> Iterator[BinaryIO]:
        """A temporary file that becomes the object when the block ends well, and vanishes otherwise."""
        path = self._path(key)
        with _refusing_when_full():
            descriptor, name = tempfile.mkstemp(dir=self._root / _DRAFTS)
            try:
                with os.fdopen(descriptor, "wb") as draft:
                    yield draft
                    draft.flush()
                    os.fsync(draft.fileno())
                _rename(Path(name), path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise


def _rename(draft: Path, path: Path) -> None:
    for _ in range(10):  # a racing delete may remove the folder between the two calls
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.rename(path)
        except FileNotFoundError:
            continue
        break
    else:
        raise OSError(errno.EAGAIN, "the folder kept vanishing", str(path))
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _refusing_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(error.errno, "no room left in the store") from error
        raise
