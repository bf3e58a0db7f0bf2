"""What every serving process is made of: gunicorn from Python, a listening socket, structured logs."""

from __future__ import annotations

import contextlib
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TextIO, cast

import structlog
from gunicorn.app.base import BaseApplication
from workbench.webapp.door import Door
from workbench.webapp.settings import Settings
from workbench.webapp.turns import THREADS


@dataclass(frozen=True)
class Manners:
    """How it treats those who are connected.

    least_bytes: of a body or an answer, in ten seconds of waiting for the client. After a signal to end: drain_s,
    how long it goes on accepting; grace_s, how long requests under way may take after that.
    """

    least_bytes: int = 60 << 10
    drain_s: float = 0.0
    grace_s: float = 30.0

    @classmethod
    def of(cls, settings: Settings) -> Manners:
        """As the operator set them."""
        return cls(settings.least_kib_s * 10 << 10, settings.drain_s, settings.grace_s)


class Server(BaseApplication):
    """Gunicorn from Python: an arbiter that holds the sockets and one worker process with threads.

    When the worker process dies the arbiter starts another on the same sockets; when the arbiter
    dies, the worker notices and ends.
    """

    def __init__(
        self, build: Callable[[], Any], listening: Sequence[socket.socket], manners: Manners, options: dict[str, Any]
    ) -> None:
        self._build = build
        self._manners = manners
        self._options = {
            "bind": [f"fd://{each.fileno()}" for each in listening],
            "workers": 1,
            "worker_class": Door,
            "threads": THREADS,
            "limit_request_line": 8190,
            # The arbiter kills after that: whoever has gone by then had more time than was promised.
            "graceful_timeout": int(manners.drain_s + manners.grace_s) + 5,
            "accesslog": None,
            "errorlog": "-",
            "loglevel": "warning",
            "control_socket_disable": True,
            **options,
        }
        super().__init__()

    def load_config(self) -> None:
        """Gunicorn asks for this."""
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)
        self.cfg.manners = self._manners

    def load(self) -> Any:
        """Gunicorn asks for this, in the worker process."""
        return self._build()


def listen(port: int, host: str = "127.0.0.1", *, setting: str = "PORT") -> socket.socket:
    """A socket bound to the port of that setting, or one clear line and exit code 2."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        print(f"workbench: cannot listen on {host}:{port}: {error.strerror}.", file=sys.stderr)  # noqa: T201
        other = "0 for a free one" if setting == "PORT" else "0 for none"
        print(f"Choose another with WORKBENCH_{setting}, or {other}.", file=sys.stderr)  # noqa: T201
        raise SystemExit(2) from None
    listening.set_inheritable(True)
    return listening


def configure_logging() -> None:
    """Structured lines on standard error: one JSON object a line."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(20),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Lines(sys.stderr))),
        cache_logger_on_first_use=True,
    )


@dataclass(eq=False)  # by identity: structlog keeps a lock for each stream
class _Lines:
    """A stream whose disk may be full: a line that cannot be logged fails no request and no job."""

    stream: TextIO

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self.stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self.stream.flush()
