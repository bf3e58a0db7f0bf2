"""What is read of many things is put aside in a file that has no name, so that memory does not grow with it."""

from __future__ import annotations

import os
import struct
import tempfile
import weakref

_HEAD = struct.Struct("<qq")  # where the one before it lies, and how long this one is
NOTHING = -1


class Shelf:
    """Records in chains: each knows the one before it, so whoever keeps a chain keeps one number."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - as long as anybody reads from it
        self._end = 0
        weakref.finalize(self, self._file.close)

    def put(self, record: bytes, before: int = NOTHING) -> int:
        """Behind the one that lies at ``before``; where it lies itself."""
        place = self._end
        self._end += self._file.write(_HEAD.pack(before, len(record)) + record)
        return place

    def chain(self, last: int) -> list[bytes]:
        """The records up to that one, in the order in which they were put."""
        self._file.flush()
        found = []
        while last != NOTHING:
            start = last + _HEAD.size
            last, length = _HEAD.unpack(os.pread(self._file.fileno(), _HEAD.size, last))
            found.append(os.pread(self._file.fileno(), length, start))
        return found[::-1]
