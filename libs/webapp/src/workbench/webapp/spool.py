"""Where the bytes of a request wait until all of them are here: one file that has no name.

However the process ends, the kernel takes its bytes back. A folder's hundred thousand files lie in it one behind the
other, so that a request needs one descriptor, not one for each.
"""

from __future__ import annotations

import contextlib
import errno
import io
import os
import tempfile
import time
from pathlib import Path
from typing import IO

from workbench.problems.common import StorageFull

FORGOTTEN_S = 24 * 3600.0


def spool_folder(home: Path) -> Path:
    """Below ``home``; whatever was left in it by a kill before it had lost its name goes."""
    folder = home / "tmp"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweep(folder)
    return folder


def sweep(folder: Path) -> int:
    """Remove what nobody has touched for a day; how many files that were."""
    count = 0
    for path in forgotten(folder):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
            count += 1
    return count


def forgotten(folder: Path) -> list[Path]:
    """Files that nobody has touched for a day: those who write touch theirs far more often."""
    found = []
    with contextlib.suppress(FileNotFoundError):
        for path in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if path.is_file() and path.stat().st_mtime < time.time() - FORGOTTEN_S:
                    found.append(path)
    return found


class Spool:
    """One unnamed file, appended to. Raises StorageFull when the disk is."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder, prefix="upload-", buffering=0)  # noqa: SIM115
        self.size_bytes = 0

    def append(self, data: bytes) -> None:
        """All of it, or StorageFull."""
        left = memoryview(data)
        try:
            while left:
                written = os.pwrite(self._file.fileno(), left, self.size_bytes)
                self.size_bytes += written
                left = left[written:]
        except OSError as error:
            raise full(error) from error

    def span(self, start: int, size_bytes: int) -> Span:
        """A part of it as a stream for reading."""
        return Span(self._file.fileno(), start, size_bytes)

    def close(self) -> None:
        """Forget the bytes."""
        self._file.close()


class Span(io.RawIOBase):
    """Some bytes of a file, read wherever others of it are read meanwhile."""

    def __init__(self, descriptor: int, start: int, size_bytes: int) -> None:
        self._descriptor, self._at, self._end = descriptor, start, start + size_bytes

    def read(self, size: int = -1) -> bytes:
        """The next bytes, none at the end."""
        left = self._end - self._at
        chunk = os.pread(self._descriptor, left if size < 0 else min(size, left), self._at)
        self._at += len(chunk)
        return chunk


def full(error: OSError) -> Exception:
    """StorageFull where that is the reason, else the error itself."""
    return StorageFull("the upload") if error.errno in (errno.ENOSPC, errno.EDQUOT) else error
