"""SHA-256 beside the copying: large chunks are hashed in a thread, one chunk behind the disk or the network."""

from __future__ import annotations

import hashlib
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

_WORTH_A_THREAD = 1 << 20


class Digest:
    """A context manager; hashing and writing both leave the interpreter, so they overlap on two cores."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._lane: ThreadPoolExecutor | None = None
        self._behind: Future[None] | None = None

    def update(self, chunk: bytes) -> None:
        """Take the next bytes; they must not change afterwards."""
        self._settle()
        if len(chunk) < _WORTH_A_THREAD:
            self._sha256.update(chunk)
            return
        self._lane = self._lane or ThreadPoolExecutor(1)
        self._behind = self._lane.submit(self._sha256.update, chunk)

    def hexdigest(self) -> str:
        """Of all bytes so far."""
        self._settle()
        return self._sha256.hexdigest()

    def _settle(self) -> None:
        if self._behind is not None:
            self._behind.result()
            self._behind = None

    def __enter__(self) -> Digest:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._lane is not None:
            self._lane.shutdown()
