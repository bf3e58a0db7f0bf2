"""What a zip entry is called: UTF-8, marked or not, or a local code page with the true name beside it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from workbench.archives.entries import UnsafeUpload

NOT_UTF8 = "the name is not UTF-8; pack it again with UTF-8 names (7-Zip: -mcu=on), or as a tar"

# Info-ZIP's Unicode Path field, which WinRAR and 7-Zip write (APPNOTE, 4.6.9).
_UNICODE_PATH = 0x7075
# Bytes that are the same letter in code pages 437, which the specification says, and 850, which a Windows of Western
# Europe writes. A name with any other byte was packed somewhere else, and reading it so would make up a name.
_SAME_LETTERS = {*range(0x80, 0x9B), *range(0xA0, 0xA6), 0xE1}


def entry_name(name: str, extra: bytes, *, marked: bool) -> str:
    """The true name; ``name``: as ``zipfile`` reads it, UTF-8 when ``marked`` and code page 437 otherwise.

    ``extra``: the entry's extra fields. Raises UnsafeUpload where nothing says in which letters it is written.
    """
    if marked or name.isascii():
        return name
    stored = name.encode("cp437")
    # Names are UTF-8 in practice (macOS) though nothing says so; hardly another code page makes valid UTF-8.
    for kept in (_beside(stored, extra), stored):
        try:
            if kept is not None:
                return kept.decode("utf-8")
        except UnicodeDecodeError:
            continue
    if all(byte < 0x80 or byte in _SAME_LETTERS for byte in stored):
        return name
    raise UnsafeUpload(name, NOT_UTF8)


def _beside(stored: bytes, extra: bytes) -> bytes | None:
    """The UTF-8 name in the extra fields; one that belongs to another name, by its checksum, does not count."""
    for kind, field in _fields(extra):
        if kind == _UNICODE_PATH and field[:1] == b"\x01" and field[1:5] == struct.pack("<I", zlib.crc32(stored)):
            return field[5:]
    return None


def _fields(extra: bytes) -> Iterator[tuple[int, bytes]]:
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        yield kind, extra[4 : 4 + size]
        extra = extra[4 + size :]
