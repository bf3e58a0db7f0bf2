"""One service by itself: ``python -m workbench.<name> api | worker | migrate``."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable

from flask import Flask
from workbench.jobs import Adapters, Jobs, Worker
from workbench.webapp.confinement import confinement, first_line
from workbench.webapp.connect import connect
from workbench.webapp.health import listen_for_probes
from workbench.webapp.process import PROCESS
from workbench.webapp.serve import Manners, Server, configure_logging, listen
from workbench.webapp.settings import Settings, load_or_exit

CreateApp = Callable[[Adapters, Settings], Flask]
CreateWorker = Callable[[Adapters, Settings], Worker]


def main(service: str, create_app: CreateApp, create_worker: CreateWorker) -> None:
    """The three things a service's program does; wrong usage is one line and exit code 2."""
    action = sys.argv[1] if len(sys.argv) == 2 else ""
    if action not in ("api", "worker", "migrate"):
        print(f"usage: python -m workbench.{service.replace('-', '_')} api|worker|migrate", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
    settings = load_or_exit()
    configure_logging()
    if action == "api":
        serve_api(service, settings, create_app)
    elif action == "worker":
        work(service, settings, create_worker)
    else:
        create_app(connect(settings, service, migrates=True), settings)


def serve_pages(service: str, create: Callable[[Settings], Flask]) -> None:
    """The program of a service that has no jobs: neither worker nor migration."""
    if sys.argv[1:] != ["api"]:
        print(f"usage: python -m workbench.{service} api", file=sys.stderr)  # noqa: T201
        raise SystemExit(2)
    settings = load_or_exit()
    configure_logging()
    _serve(settings, lambda: (create(settings), []))


def serve_api(service: str, settings: Settings, create_app: CreateApp) -> None:
    """Answer requests until a signal."""

    def create() -> tuple[Flask, list[Jobs]]:
        adapters = connect(settings, service)
        app = create_app(adapters, settings)
        adapters.messages.start()
        PROCESS.needs(*adapters.messages.threads)
        return app, [adapters.record(service)]

    _serve(settings, create)


def _serve(settings: Settings, create: Callable[[], tuple[Flask, list[Jobs]]]) -> None:
    """``create``, in the serving process: the app, and whose jobs probes and metrics tell of."""
    listening = [listen(settings.port, settings.host)]
    host, port = listening[0].getsockname()
    if settings.runs_port:
        listening.append(listen(settings.runs_port, settings.host, setting="RUNS_PORT"))
    probes = listen(settings.health_port, settings.host, setting="HEALTH_PORT") if settings.health_port else None
    print(f"listening on http://{host}:{port}", flush=True)  # noqa: T201

    def build() -> Flask:
        app, records = create()
        PROCESS.lives_in(settings.home)
        if probes is not None:
            listen_for_probes(records, probes)
        return app

    Server(build, listening, Manners.of(settings), {}).run()


def work(service: str, settings: Settings, create_worker: CreateWorker) -> None:
    """Carry out jobs until a signal; what is still running then goes on and is adopted by the next worker."""
    stop = threading.Event()

    def leave(*_signal: object) -> None:
        stop.set()
        PROCESS.leaving.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, leave)
    adapters = connect(settings, service)
    worker = create_worker(adapters, settings)
    if line := first_line(settings):
        print(line, file=sys.stderr, flush=True)  # noqa: T201
    adapters.messages.start()
    PROCESS.lives_in(settings.home)
    PROCESS.needs(*adapters.messages.threads)
    if settings.health_port:
        listening = listen(settings.health_port, settings.host, setting="HEALTH_PORT")
        listen_for_probes([worker.record], listening, confinement(settings))
    worker.run(stop)
    adapters.messages.close()
    sys.stderr.flush()
    os._exit(0)  # threads that follow a run would keep the process; the run needs none of them
