"""Run one service by itself: ``python -m workbench.<name> api | worker | migrate``."""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from gunicorn.app.base import BaseApplication
from workbench.jobs import Adapters, Worker, embedded
from workbench.webapp.settings import Settings, load_or_exit

THREADS = 32


class Server(BaseApplication):
    """Gunicorn from Python: an arbiter that holds the socket and one worker process with threads.

    When the worker process dies the arbiter starts another on the same socket; when the arbiter
    dies, the worker notices and ends.
    """

    def __init__(self, build: Callable[[], Any], listening: socket.socket, options: dict[str, Any]) -> None:
        self._build = build
        self._options = {
            "bind": f"fd://{listening.fileno()}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "graceful_timeout": 3,
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

    def load(self) -> Any:
        """Gunicorn asks for this, in the worker process."""
        return self._build()


def listen(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A socket bound to the port, or one clear line and exit code 2."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        print(f"workbench: cannot listen on {host}:{port}: {error.strerror}.", file=sys.stderr)  # noqa: T201
        print("Choose another with WORKBENCH_PORT, or 0 for a free one.", file=sys.stderr)  # noqa: T201
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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def main(
    service: str,
    create_app: Callable[[Adapters, Settings], Flask],
    create_worker: Callable[[Adapters, Settings], Worker],
) -> None:
    """The three things a service's program does."""
    actions = {"api": _api, "worker": _worker, "migrate": _migrate}
    if len(sys.argv) != 2 or sys.argv[1] not in actions:
        print(f"usage: python -m workbench.{service} {'|'.join(actions)}", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
    configure_logging()
    actions[sys.argv[1]](load_or_exit(), create_app, create_worker)


def _api(settings: Settings, create_app: Callable[..., Flask], _worker: object) -> None:
    listening = listen(settings.port)
    host, port = listening.getsockname()
    print(f"listening on http://{host}:{port}", flush=True)  # noqa: T201
    Server(lambda: create_app(embedded(settings.home), settings), listening, {}).run()


def _worker(settings: Settings, _app: object, create_worker: Callable[..., Worker]) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    create_worker(embedded(settings.home), settings).run(stop)


def _migrate(settings: Settings, create_app: Callable[..., Flask], _worker: object) -> None:
    create_app(embedded(settings.home), settings)  # building an app brings its schema up to date
