"""Tar archives, read in place; a gzipped one is first inflated into one nameless file.

``tarfile`` is lenient where a cut or forged archive must be told: what it lets pass is checked here.
"""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import IO, Any

from workbench.archives.entries import BrokenArchive, Entries, Limits, UnsafeUpload, check_expansion

_CHUNK = 2**20
# Extended headers (long names, times) take a few hundred bytes; tarfile reads one whole, whatever its size.
_LARGEST_HEADER = 2**20


class _Headers(io.FileIO):
    """A tar file as the header parser may see it: in small, forward pieces."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _LARGEST_HEADER:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return super().read(size) or b""


def gather(file: IO[bytes], archive_name: str, entries: Entries) -> None:
    """Note every entry; ``file`` must stay open while they are read. Raises BrokenArchive, UnsafeUpload."""
    total = os.fstat(file.fileno()).st_size
    last = archive_name
    try:
        with _Headers(file.fileno(), "rb", closefd=False) as headers:
            headers.seek(0)
            tar = tarfile.TarFile(fileobj=headers, encoding="utf-8", errors="surrogateescape")
            while (member := tar.next()) is not None:
                last = member.name
                _add(member, file, total, entries)
            headers.seek(tar.offset)
            end = headers.read(tarfile.BLOCKSIZE)
    # tarfile lets ValueError and OverflowError of forged numbers through.
    except (tarfile.TarError, ValueError, OverflowError) as damage:
        raise BrokenArchive(last, f"the tar archive is damaged or cut short here ({damage})") from None
    if end != bytes(tarfile.BLOCKSIZE):
        # tarfile takes any rubbish header, and any early end, for the end of the archive.
        raise BrokenArchive(last, "after this entry the tar archive is damaged or cut short")


def inflate(
    packed: IO[bytes], archive_name: str, target: IO[bytes], limits: Limits, tell: Callable[[float], None]
) -> str | None:
    """Write what ``packed`` (gzip) holds to ``target``; None, or what is wrong with it from some byte on.

    Damage is returned, not raised: what came before it names the entry where the archive breaks off.
    ``tell`` hears which part of ``packed`` has been read. Raises UnsafeUpload when it grows too large.
    """
    packed_bytes = os.fstat(packed.fileno()).st_size
    written = 0
    try:
        with gzip.open(packed) as stream:
            while chunk := stream.read(_CHUNK):
                target.write(chunk)
                written += len(chunk)
                check_expansion(archive_name, written, packed_bytes, limits)
                tell(packed.tell() / packed_bytes)
    except (EOFError, zlib.error, gzip.BadGzipFile) as damage:
        return f"the gzip stream is damaged or cut short after {written} bytes ({damage})"
    finally:
        target.flush()
    return None


def _add(member: tarfile.TarInfo, file: IO[bytes], total: int, entries: Entries) -> None:
    if member.isdir():
        entries.add_folder(member.name)
        return
    _check_kind(member)
    start, size = member.offset_data, member.size
    if size < 0 or start + size > total:
        raise BrokenArchive(member.name, f"the entry claims {size} bytes; the archive is cut short or forged")
    # pread: the header parser moves the position of the very same open file.
    entries.add_file(
        member.name, size, partial(os.pread, file.fileno(), size, start), partial(_part, file.fileno(), start, size)
    )


class _Part(io.RawIOBase):
    """A member while it is read in pieces."""

    def __init__(self, descriptor: int, start: int, size: int) -> None:
        self._descriptor, self._at, self._left = descriptor, start, size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = os.pread(self._descriptor, min(len(buffer), self._left), self._at)
        buffer[: len(data)] = data
        self._at, self._left = self._at + len(data), self._left - len(data)
        return len(data)


def _part(descriptor: int, start: int, size: int) -> IO[bytes]:
    return io.BufferedReader(_Part(descriptor, start, size))


def _check_kind(member: tarfile.TarInfo) -> None:
    if member.issym() or member.islnk():
        raise UnsafeUpload(member.name, "a link; only files and folders are taken")
    if member.issparse():
        raise UnsafeUpload(member.name, "a sparse file; pack it as a plain one")
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        raise UnsafeUpload(member.name, "a device, pipe or unknown kind; only files and folders are taken")
