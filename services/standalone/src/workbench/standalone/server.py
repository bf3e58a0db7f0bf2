"""Serve a home: one arbiter that holds the socket, one process with every API and worker as threads."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog
from workbench.jobs import expire_leases
from workbench.standalone.console import show_console
from workbench.standalone.first_use import FirstUse
from workbench.standalone.home import AlreadyServed, HomeLock, make_known, serving, token
from workbench.standalone.mount import Front, workers
from workbench.webapp.confinement import confinement, first_line
from workbench.webapp.connect import connect
from workbench.webapp.health import listen_for_probes
from workbench.webapp.process import PROCESS
from workbench.webapp.serve import Manners, Server, configure_logging, listen
from workbench.webapp.settings import Settings, load_or_exit

log = structlog.get_logger()
PR_SET_PDEATHSIG = 1


def serve(home: Path, port: int | None = None, idle_exit_s: int | None = None) -> int:
    """Serve until a signal; returns the exit code. One line says where, or why not."""
    settings = load_or_exit()
    settings = replace(
        settings,
        home=home,
        port=settings.port if port is None else port,
        idle_exit_s=settings.idle_exit_s if idle_exit_s is None else idle_exit_s,
    )
    configure_logging()
    try:
        lock = HomeLock(home)
    except AlreadyServed:
        who = serving(home)
        where = f" at {who.url} (process {who.pid})" if who else ""
        print(f"workbench: {home} is already being served{where}.", file=sys.stderr)  # noqa: T201
        if who:
            show_console(who.url, token(home))
        return 2
    except OSError as error:
        print(f"workbench: cannot use {home}: {error.strerror}.", file=sys.stderr)  # noqa: T201
        return 2
    listening = listen(settings.port, settings.host)
    probes = listen(settings.health_port, settings.host, setting="HEALTH_PORT") if settings.health_port else None
    token(home)
    host, bound = listening.getsockname()
    url = f"http://{host}:{bound}"
    lock.announce(url)
    process = _Process(settings, probes, url)
    hooks = {"worker_exit": process.leave, "post_worker_init": process.begin}
    Server(process.build, [listening], Manners.of(settings), hooks).run()
    return 0


class _Process:
    """What runs in the serving process; the arbiter starts another one when it dies."""

    def __init__(self, settings: Settings, probes: socket.socket | None, url: str) -> None:
        self._settings = settings
        self._url = url
        self._probes = probes
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def build(self) -> Front:
        """Gunicorn asks for the application."""
        adapters = connect(self._settings, "standalone", migrates=True)
        adapters = replace(adapters, provide=FirstUse(self._settings.home))
        make_known(adapters.store, token(self._settings.home))
        self._front = Front(adapters, self._settings, token(self._settings.home))
        self._workers = workers(adapters, self._settings)
        adapters.messages.start()
        return self._front

    def begin(self, worker_process: Any) -> None:
        """Every worker as a thread; the first process then says where it answers."""
        # Without the arbiter nobody would restart us, and we would keep the home's lock from those who could.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        for worker, record in self._workers:
            if not self._settings.database_url:  # we hold the home's lock, so whoever held a lease here is dead
                expire_leases(record)
            self._run(worker.run, f"{record.service}-worker")
        PROCESS.lives_in(self._settings.home)
        PROCESS.needs(*self._threads)
        if self._probes is not None:
            listen_for_probes([record for _, record in self._workers], self._probes, confinement(self._settings))
        if self._settings.idle_exit_s:
            self._run(self._leave_when_idle, "idle")
        if worker_process.age == 1:
            self._tell_where()

    def _tell_where(self) -> None:
        where = f"DL Workbench is at {self._url}; the token is in {self._settings.home / 'token'}."
        print(f"{where} Stop it with Ctrl-C.", flush=True)  # noqa: T201
        show_console(self._url, token(self._settings.home))
        if line := first_line(self._settings):
            print(line, flush=True)  # noqa: T201

    def leave(self, _arbiter: Any, _worker: Any) -> None:
        """Let go of the leases; what runs under a supervisor goes on and is adopted by the next one."""
        self._stop.set()
        for _, record in self._workers:
            record.ring()
        for thread in self._threads:
            thread.join(2.0)
        # Threads that follow a run would keep the process; the run goes on and is adopted.
        os._exit(0)

    def _run(self, target: Any, name: str) -> None:
        thread = threading.Thread(target=target, args=(self._stop,), name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _leave_when_idle(self, stop: threading.Event) -> None:
        limit = self._settings.idle_exit_s
        while not stop.wait(min(limit, 5)):
            quiet = time.monotonic() - self._front.last_request > limit and not self._front.busy
            if quiet and not any(record.active() for _, record in self._workers):
                log.info("idle.leaving", after_s=limit)
                os.kill(os.getppid(), signal.SIGTERM)
                return
