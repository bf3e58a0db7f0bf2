"""A connection that waits for its client only as long as the client keeps a pace, in both directions."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable
from typing import Any

from workbench.webapp.problems import RequestTooSlow

WINDOW_S = 10.0
_PIECE = 1 << 18


class TooSlow(Exception):
    """Fewer bytes than the pace asks for."""


class Pace:
    """So many bytes at least in every ten seconds of waiting. What this side needs between two waits is not counted."""

    def __init__(self, least_bytes: int, window_s: float = WINDOW_S) -> None:
        self._least, self._window_s = least_bytes, window_s
        self.begin()

    def begin(self) -> None:
        """Another window."""
        self._moved, self._waited_s = 0, 0.0

    @property
    def left_s(self) -> float:
        """How long may be waited before the next judgement."""
        return max(self._window_s - self._waited_s, 0.001)

    def note(self, moved: int, waited_s: float) -> None:
        """Raises TooSlow at the end of a window in which too little has moved."""
        self._moved += moved
        self._waited_s += waited_s
        if self._waited_s < self._window_s:
            return
        if self._moved < self._least:
            raise TooSlow
        self.begin()


class PacedSocket(socket.socket):
    """An accepted connection. Non-blocking it is a socket as any other; blocking, it keeps the pace.

    Raises RequestTooSlow where the client should have sent, ConnectionResetError where it should have read: of that
    it cannot be told any more.
    """

    def __init__(self, accepted: socket.socket, least_bytes: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(fileno=accepted.detach())
        self._clock = clock
        self.arriving, self.leaving = Pace(least_bytes), Pace(least_bytes)

    def recv(self, size: int, flags: int = 0) -> bytes:
        """See socket.recv."""
        if self.gettimeout() == 0.0:
            return super().recv(size, flags)
        while True:
            began = self._clock()
            try:
                self.settimeout(self.arriving.left_s)
                data = super().recv(size, flags)
            except TimeoutError:
                data = None
            finally:
                self.settimeout(None)
            try:
                self.arriving.note(len(data or b""), self._clock() - began)
            except TooSlow:
                raise RequestTooSlow from None
            if data is not None:
                return data

    def sendall(self, data: Any, flags: int = 0) -> None:
        """See socket.sendall."""
        if self.gettimeout() == 0.0:
            super().sendall(data, flags)
            return
        view = memoryview(data).cast("B")
        while view:
            began = self._clock()
            try:
                self.settimeout(self.leaving.left_s)
                sent = super().send(view, flags)
            except TimeoutError:
                sent = 0
            finally:
                self.settimeout(None)
            try:
                self.leaving.note(sent, self._clock() - began)
            except TooSlow:
                raise ConnectionResetError(errno.ECONNRESET, "the client does not read") from None
            view = view[sent:]

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """See socket.sendfile: by way of sendall, so that the pace holds."""
        file.seek(offset)
        sent = 0
        while chunk := file.read(_PIECE if count is None else min(_PIECE, count - sent)):
            self.sendall(chunk)
            sent += len(chunk)
        return sent
