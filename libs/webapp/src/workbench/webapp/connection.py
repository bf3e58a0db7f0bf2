"""One client's connection: its head is collected without a thread, its body is read when the answer wants it."""

from __future__ import annotations

import contextlib
import re
import select
import socket
from collections.abc import Callable, Iterable
from typing import Any

from flask import request
from gunicorn.workers.gthread import TConn
from workbench.webapp.paced import PacedSocket
from workbench.webapp.process import PROCESS

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
CONNECTION = "workbench.connection"
# A head is complete, or can only be refused: a line that ends without CR.
_HEAD = re.compile(rb"\r\n\r\n|(?<!\r)\n")
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_AT_ONCE = 1 << 16


class Connection(TConn):
    """A connection that the door keeps while no thread has it."""

    sock: PacedSocket

    def __init__(self, cfg: Any, sock: PacedSocket, client: Any, server: Any) -> None:
        super().__init__(cfg, sock, client, server)
        self.head = bytearray()
        self.data_ready = True
        self.until = 0.0
        self.drained = 0
        self._expects_continue = False

    @property
    def complete(self) -> bool:
        """Whether a thread could read the head without waiting."""
        return _HEAD.search(self.head) is not None

    def init(self) -> None:
        """Called by the thread that got it, for each request: the parser finds the head as if just received."""
        super().init()
        self.parser.unreader.unread(bytes(self.head))
        self.head.clear()
        self.sock.arriving.begin()
        self.sock.leaving.begin()

    def take_rest(self) -> None:
        """What was read beyond the last request is the beginning of the next."""
        self.head += self.parser.unreader.take_buffered()

    def hold_continue(self, message: Any) -> None:
        """gunicorn would ask for the body before anybody knows whether it is wanted."""
        self._expects_continue, message._expected_100_continue = message._expected_100_continue, False
        if self._expects_continue:
            message.body.reader = _Asking(self, message.body.reader)

    def ask(self) -> None:
        """The body is wanted now."""
        if self._expects_continue:
            self._expects_continue = False
            self.sock.sendall(_CONTINUE)

    def settle(self) -> bool:
        """Whether the next request could follow the answer: the body has been read, or is all here.

        Otherwise the answer says that the connection ends with it. Nobody is waited for.
        """
        message = self.parser.mesg
        if message.must_close or message.body.failed or self._expects_continue:
            message.force_close()
            return False
        self.sock.setblocking(False)
        with contextlib.suppress(Exception):  # not all here, or nothing that could be read
            for _ in range(4):
                if not message.body.read(_AT_ONCE):
                    self.sock.setblocking(True)
                    return True
        self.sock.setblocking(True)
        message.force_close()
        return False

    def gone(self) -> bool:
        """Whether the client has hung up."""
        poll = select.poll()
        poll.register(self.sock, select.POLLRDHUP)
        return bool(poll.poll(0))

    def half_close(self) -> bool:
        """No more from us; what the client still sends is to be read, or its answer may be lost. False: it is gone."""
        self.sock.setblocking(False)
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True


class _Asking:
    """Reads a body, and first says that it is wanted."""

    def __init__(self, connection: Connection, reader: Any) -> None:
        self._connection, self._reader = connection, reader

    def read(self, size: int) -> bytes:
        self._connection.ask()
        data: bytes = self._reader.read(size)
        return data


def knowing(application: Wsgi, current: Callable[[], Connection]) -> Wsgi:
    """The application, which finds its connection in the environment."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ[CONNECTION] = connection = current()

        def begin(status: str, headers: Any, error: Any = None) -> Any:
            connection.settle()
            return start_response(status, headers, error)

        return application(environ, begin)

    return answer


def nobody_waits() -> Callable[[], bool]:
    """Tells whether the request being answered need not be waited for: its client is gone, or this process leaves."""
    connection: Connection | None = request.environ.get(CONNECTION)
    return lambda: PROCESS.leaving.is_set() or (connection is not None and connection.gone())
