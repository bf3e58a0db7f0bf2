"""From what was uploaded to its entries: an archive recognised by its content, or the files of a folder."""

from __future__ import annotations

import os
import stat
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from workbench.archives import tars, zips
from workbench.archives.entries import LIMITS, BrokenArchive, Entries, Limits, UnsafeUpload

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_GZIP = b"\x1f\x8b"
# Archives people send that we do not read: better named than taken for a folder with one odd file.
_NOT_READ = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "RAR",
    b"\xfd7zXZ\x00": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"PK\x07\x08": "split zip",
}


def _tell_nobody(_share: float) -> None:
    return


@contextmanager
def opened(
    upload: Path, scratch: Path, limits: Limits = LIMITS, tell: Callable[[float], None] = _tell_nobody
) -> Iterator[Entries]:
    """The entries of the folder ``upload``, readable inside the ``with``.

    A single file that is a zip, tar or tar.gz archive stands for what it holds. ``scratch`` is a folder
    where the inflated form of a tar.gz may lie meanwhile; ``tell`` hears which part of it is inflated.
    Raises UnsafeUpload and BrokenArchive.
    """
    entries = _walk(upload, limits)
    if len(entries.files) != 1:
        yield entries
        return
    only = next(path for path in upload.rglob("*") if path.is_file())
    with only.open("rb") as file, tempfile.TemporaryFile(dir=scratch) as inflated:
        yield _from_archive(file, only.name, inflated, limits, tell) or entries


def _from_archive(
    file: IO[bytes], name: str, inflated: IO[bytes], limits: Limits, tell: Callable[[float], None]
) -> Entries | None:
    start = file.read(tarfile.BLOCKSIZE)
    for magic, kind in _NOT_READ.items():
        if start.startswith(magic):
            raise BrokenArchive(name, f"a {kind} archive; zip, tar and tar.gz are read")
    entries = Entries(os.fstat(file.fileno()).st_size, limits)
    if start.startswith(_ZIP):
        zips.gather(file, name, entries)
    elif start.startswith(_GZIP):
        _gather_tar_gz(file, name, inflated, entries, tell)
    elif _is_tar(start):
        tars.gather(file, name, entries)
    else:
        return None
    return entries


def _gather_tar_gz(
    file: IO[bytes], name: str, inflated: IO[bytes], entries: Entries, tell: Callable[[float], None]
) -> None:
    file.seek(0)
    damage = tars.inflate(file, name, inflated, entries.limits, tell)
    tars.gather(inflated, name, entries)
    if damage:
        raise BrokenArchive(name, damage)


def _is_tar(start: bytes) -> bool:
    try:
        tarfile.TarInfo.frombuf(start, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        # An archive of nothing is two blocks of zeros.
        return len(start) == tarfile.BLOCKSIZE and not any(start)
    return True


def _walk(upload: Path, limits: Limits) -> Entries:
    """Every file below a folder; links are refused, not followed."""
    entries = Entries(None, limits)
    for folder, folder_names, file_names in os.walk(upload):
        for name in sorted(folder_names + file_names):
            _add(Path(folder, name), upload, entries)
    return entries


def _add(path: Path, upload: Path, entries: Entries) -> None:
    name = str(path.relative_to(upload))
    status = path.lstat()
    if stat.S_ISDIR(status.st_mode):
        entries.add_folder(name)
    elif stat.S_ISREG(status.st_mode):
        entries.add_file(name, status.st_size, path.read_bytes, lambda: path.open("rb"))
    else:
        raise UnsafeUpload(name, "a link, device or pipe; only files and folders are taken")
