"""The files of one multipart/form-data request while they arrive: counted, spooled, and refused when it is too much.

What the request announces is reserved at its first file; a request that announces nothing (a chunked body) reserves
step by step, so that it is refused as soon as it has brought more than the team has room for.
"""

from __future__ import annotations

import uuid
from pathlib import Path

from workbench.webapp.room import Room, StorageLimit
from workbench.webapp.spool import Span, Spool, spool_folder

STEP_BYTES = 8 << 20


class ArrivingForm:
    """``id``: of the job that will read the files, under which they count."""

    def __init__(self, room: Room, team: str, home: Path, announced_bytes: int | None) -> None:
        self.id = str(uuid.uuid4())
        self._room, self._team = room, team
        self._reserved = 0
        self._kept = False
        if announced_bytes:
            self._reserve(announced_bytes)
        self._spool = Spool(spool_folder(home))

    def file(self) -> ArrivingFile:
        """The next file; the one before it has arrived."""
        return ArrivingFile(self, self._spool)

    def count(self, more_bytes: int) -> None:
        """So much is about to be written. Raises StorageLimit."""
        needed = self._spool.size_bytes + more_bytes
        if needed <= self._reserved:
            return
        try:
            self._reserve(max(needed, self._reserved + STEP_BYTES))
        except StorageLimit:
            self._reserve(needed)

    def keep(self) -> None:
        """What has arrived is the job's now, and no more than that counts."""
        self._reserve(self._spool.size_bytes)
        self._kept = True

    def close(self) -> None:
        """Forget the bytes here; and, unless a job has them, that they counted."""
        self._spool.close()
        if not self._kept:
            self._room.release(self._team, self.id)

    def _reserve(self, size_bytes: int) -> None:
        self._room.reserve(self._team, self.id, size_bytes)
        self._reserved = size_bytes


class ArrivingFile:
    """One of its files, as werkzeug's parser writes it. Holds no descriptor of its own."""

    def __init__(self, form: ArrivingForm, spool: Spool) -> None:
        self._form, self._spool = form, spool
        self._start = spool.size_bytes
        self._size = 0

    def write(self, data: bytes) -> int:
        """Raises StorageLimit, StorageFull."""
        self._form.count(len(data))
        self._spool.append(data)
        self._size += len(data)
        return len(data)

    def seek(self, _position: int, _whence: int = 0) -> int:
        """Werkzeug rewinds a part when it is complete."""
        return 0

    def reopen(self) -> Span:
        """For reading, from the start."""
        return self._spool.span(self._start, self._size)

    def close(self) -> None:
        """The bytes go with the request's."""
