"""Disturbs an installation: kills, pauses and restarts, drawn from a seed, one after the other."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
from servers.process import Server
from servers.services import Service

from chaos.installation import LEASE_S, Installation

PAUSE_BETWEEN_S = (0.2, 1.5)


class Monkey:
    """``done`` counts what it did, by name."""

    def __init__(self, installation: Installation, seed: int) -> None:
        self._it = installation
        self._random = random.Random(seed)
        self.done: list[str] = []

    def run(self, stop: threading.Event) -> None:
        """Until ``stop``; then waits until everything runs."""
        while not stop.wait(self._random.uniform(*PAUSE_BETWEEN_S)):
            name, weight_of = zip(*self._acts().items(), strict=True)
            (chosen,) = self._random.choices(name, [weight for weight, _ in weight_of])
            self._acts()[chosen][1]()
            self.done.append(chosen)
        for process in self._it.own:
            process.wait_ready()

    def _acts(self) -> dict[str, tuple[int, Callable[[], None]]]:
        it, pick = self._it, self._random.choice
        return {
            "kill an API": (3, lambda: _crash(pick(it.apis))),
            "kill a worker": (4, lambda: _crash(pick(it.workers))),
            "pause a worker beyond its lease": (2, lambda: _pause(pick(it.workers), LEASE_S * 1.5)),
            "pause an API": (1, lambda: _pause(pick(it.apis), 1.0)),
            "stop a worker in order": (1, lambda: _restart(pick(it.workers))),
            "kill a supervisor": (2, lambda: self._kill("workbench.runner.local.supervisor")),
            "kill a core": (2, lambda: self._kill("workbench_chaos_core")),
            "kill PostgreSQL": (1, lambda: _crash(it.postgres)),
            "pause PostgreSQL": (1, lambda: _pause(it.postgres, 2.0)),
            "kill RabbitMQ": (1, lambda: _crash(it.rabbitmq)),
            "pause RabbitMQ": (1, lambda: _pause(it.rabbitmq, 2.0)),
            "kill the S3 server": (1, lambda: _crash(it.seaweedfs)),
            "pause the S3 server": (1, lambda: _pause(it.seaweedfs, 2.0)),
            "expire every lease": (2, self._expire),
        }

    def _kill(self, words: str) -> None:
        """One process of this installation whose command line has these words, if there is one."""
        found = [pid for pid, line in _command_lines() if words in line and str(self._it.home) in line]
        if found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._random.choice(found), signal.SIGKILL)

    def _expire(self) -> None:
        address = self._it.postgres.url.replace("+psycopg", "")
        with contextlib.suppress(psycopg.Error), psycopg.connect(address, connect_timeout=3) as connection:
            connection.execute("update wb_ticker.jobs set lease_until = 0 where state = 'running'")


def _crash(process: Server) -> None:
    """A service comes up while others are disturbed already; a server is waited for."""
    process.kill()
    time.sleep(0.2)
    process.launch()
    if not isinstance(process, Service):
        process.wait_ready()


def _restart(process: Server) -> None:
    process.stop()
    process.launch()


def _pause(server: Server, seconds: float) -> None:
    server.pause()
    time.sleep(seconds)
    server.resume()


def _command_lines() -> list[tuple[int, str]]:
    lines = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            lines.append((int(folder.name), (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()))
    return lines
