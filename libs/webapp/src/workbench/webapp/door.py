"""gunicorn's worker with threads, but a connection gets a thread only when the head of its request is here.

One thread, the main one, looks after every connection that no request thread has: those whose head arrives, those
kept open between requests, those that are told goodbye. None of them can make another wait, however many there are:
beyond what the process may have, the oldest goes.
"""

from __future__ import annotations

import contextlib
import resource
import selectors
import socket
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from gunicorn.workers.gthread import ThreadWorker
from workbench.problems import Problem
from workbench.problems.common import InternalError
from workbench.webapp.connection import Connection, knowing
from workbench.webapp.malformed import UNREADABLE, answer_in_bytes, problem_of
from workbench.webapp.paced import PacedSocket
from workbench.webapp.problems import NotHttp, RequestTooSlow
from workbench.webapp.process import PROCESS

log = structlog.get_logger()
HEAD_S, HEAD_BYTES = 10.0, 1 << 16
# Longer than clients keep theirs, so that they are the ones to end it: a request never meets a closing door.
IDLE_S = 75.0
# Goodbye: what a client goes on sending is read for so long and so much, so that it gets to read its answer.
GOODBYE_S, GOODBYE_BYTES = 10.0, 64 << 20
LAST_GOODBYE_S = 2.0
_DESCRIPTORS, _SPARE_DESCRIPTORS = 16_384, 600
_READ, _ACCEPT_AT_ONCE = 1 << 16, 64


class Door(ThreadWorker):
    """Where requests come in."""

    sockets: list[Any]  # gunicorn has no types
    wsgi: Any

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._arriving: OrderedDict[Connection, None] = OrderedDict()
        self._idle: OrderedDict[Connection, None] = OrderedDict()
        self._goodbye: OrderedDict[Connection, None] = OrderedDict()
        self._answering = threading.local()

    @classmethod
    def check_config(cls, cfg: Any, log: Any) -> None:
        """How many connections there may be follows from the descriptors."""

    def init_process(self) -> None:
        """See gunicorn."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = _DESCRIPTORS if hard == resource.RLIM_INFINITY else min(_DESCRIPTORS, hard)
        if soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        self.worker_connections = max(wanted, soft) - _SPARE_DESCRIPTORS
        super().init_process()

    def load_wsgi(self) -> None:
        """See gunicorn."""
        super().load_wsgi()
        self.wsgi = knowing(self.wsgi, lambda: self._answering.connection)

    # -- the main thread ------------------------------------------------------------------------------

    def run(self) -> None:
        """Until a signal; then in the order of leaving."""
        self.poller.register(self.method_queue.fileno(), selectors.EVENT_READ, self.method_queue.run_callbacks)
        self.set_accept_enabled(True)
        while self.alive and self.is_parent_alive():
            self._turn()
        PROCESS.leaving.set()  # not ready from now on, and whoever waits is answered
        self._turn_until(time.monotonic() + self.cfg.manners.drain_s, lambda: False)
        self._close_listeners()
        for connection in [*self._idle, *self._goodbye]:
            connection.until = min(connection.until, time.monotonic() + LAST_GOODBYE_S)
        self._turn_until(time.monotonic() + self.cfg.manners.grace_s, lambda: self.nr_conns <= 0)
        self.tpool.shutdown(wait=False)
        self.poller.close()
        self.method_queue.close()

    def _turn_until(self, until: float, done: Callable[[], bool]) -> None:
        while not done() and time.monotonic() < until and self.is_parent_alive():
            self._turn(min(1.0, max(0.0, until - time.monotonic())))

    def _turn(self, longest_s: float = 1.0) -> None:
        self.notify()
        PROCESS.turned()
        self.wait_for_and_dispatch_events(longest_s)
        now = time.monotonic()
        for connections in (self._arriving, self._idle, self._goodbye):
            while connections and (oldest := next(iter(connections))).until <= now:
                self._too_late(oldest)
        if self.sockets:
            kept = self._arriving or self._idle or self._goodbye
            self.set_accept_enabled(bool(kept) or self.nr_conns < self.worker_connections)

    def accept(self, listener: socket.socket) -> None:
        """Take what waits at the listener."""
        for _ in range(_ACCEPT_AT_ONCE):
            if self.nr_conns >= self.worker_connections and not self._make_room():
                return
            try:
                accepted, client = listener.accept()
            except OSError:
                return
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock = PacedSocket(accepted, self.cfg.manners.least_bytes)
            self.nr_conns += 1
            connection = Connection(self.cfg, sock, client, listener.getsockname())
            self._keep(self._arriving, connection, HEAD_S, self._read_head)

    def _make_room(self) -> bool:
        """The one that has done nothing for longest goes."""
        for connections in (self._goodbye, self._idle, self._arriving):
            if connections:
                self._drop(next(iter(connections)))
                return True
        return False

    def _keep(self, where: OrderedDict[Connection, None], connection: Connection, for_s: float, readable: Any) -> None:
        connection.sock.setblocking(False)
        connection.until = time.monotonic() + for_s
        where[connection] = None
        self.poller.register(connection.sock, selectors.EVENT_READ, partial(self._look, connection, readable))

    def _release(self, connection: Connection) -> None:
        self.poller.unregister(connection.sock)
        for connections in (self._arriving, self._idle, self._goodbye):
            connections.pop(connection, None)

    def _drop(self, connection: Connection) -> None:
        self._release(connection)
        self._forget(connection)

    def _forget(self, connection: Connection) -> None:
        self.nr_conns -= 1
        connection.close()

    def _look(self, connection: Connection, readable: Callable[[Connection, bytes], None], _sock: Any) -> None:
        try:
            data = connection.sock.recv(_READ)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._drop(connection)
        else:
            readable(connection, data)

    def _read_head(self, connection: Connection, data: bytes) -> None:
        connection.head += data
        if connection.complete:
            self._release(connection)
            self.enqueue_req(connection)
        elif len(connection.head) > HEAD_BYTES:
            self._refuse(connection, NotHttp(431, f"The head of the request has more than {HEAD_BYTES} bytes."))
        elif connection in self._idle:
            self._release(connection)
            self._keep(self._arriving, connection, HEAD_S, self._read_head)

    def _too_late(self, connection: Connection) -> None:
        if connection.head and connection in self._arriving:
            self._refuse(connection, RequestTooSlow())
        else:
            self._drop(connection)

    def _refuse(self, connection: Connection, problem: Problem) -> None:
        self._release(connection)
        with contextlib.suppress(OSError):
            connection.sock.send(answer_in_bytes(problem))
        self._say_goodbye(connection)

    def _say_goodbye(self, connection: Connection) -> None:
        if connection.half_close():
            self._keep(self._goodbye, connection, GOODBYE_S, self._ignore)
        else:
            self._forget(connection)

    def _ignore(self, connection: Connection, data: bytes) -> None:
        connection.drained += len(data)
        if connection.drained > GOODBYE_BYTES:
            self._drop(connection)

    def finish_request(self, conn: Connection, fs: Any) -> None:
        """A request thread gives its connection back."""
        if fs.cancelled() or fs.exception() is not None or not fs.result():
            self._say_goodbye(conn)
            return
        conn.take_rest()
        if conn.complete:
            self.enqueue_req(conn)
        elif conn.head:
            self._keep(self._arriving, conn, HEAD_S, self._read_head)
        else:
            self._keep(self._idle, conn, IDLE_S if not PROCESS.leaving.is_set() else LAST_GOODBYE_S, self._read_head)

    def _close_listeners(self) -> None:
        """Whoever is connected already is answered; the next one is told at once that nobody is here."""
        for listener in self.sockets:
            listener.setblocking(False)
            self.accept(listener)
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
        self.sockets = []

    # -- request threads ------------------------------------------------------------------------------

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """See gunicorn."""
        self._answering.connection = conn
        conn.hold_continue(req)
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        return bool(keepalive) and conn.settle()

    def handle_error(self, _req: Any, client: Any, _addr: Any, exc: Exception) -> None:
        """A request that could not be read, or an answer that could not be made, before anything of it was sent."""
        problem: Problem
        if isinstance(exc, Problem):
            problem = exc
        elif isinstance(exc, UNREADABLE):
            problem = problem_of(exc)
        else:
            problem = InternalError(uuid.uuid4().hex[:12])
            log.error("request.defect", incident=problem.incident, exc_info=exc)
        with contextlib.suppress(OSError):
            client.sendall(answer_in_bytes(problem))
