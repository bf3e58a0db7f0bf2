"""What is put through it: PostgreSQL, RabbitMQ, S3, two APIs and three workers of the ticker, each a process."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from servers.postgres import Postgres
from servers.process import Server
from servers.rabbitmq import RabbitMQ
from servers.seaweedfs import SeaweedFS
from servers.services import Service
from workbench.store.s3 import S3Store
from workbench.webapp.identity import Identity, write_token

TEAMS = ("amber", "basalt", "cobalt")
LEASE_S = 4
TESTS = Path(__file__).parent.parent


@dataclass(frozen=True)
class Installation:
    """Everything that runs, and the tokens of the teams."""

    home: Path
    journal: Path
    postgres: Postgres
    rabbitmq: RabbitMQ
    seaweedfs: SeaweedFS
    apis: tuple[Service, ...]
    workers: tuple[Service, ...]
    tokens: dict[str, str]

    @property
    def servers(self) -> tuple[Server, ...]:
        """What others provide in production."""
        return (self.postgres, self.rabbitmq, self.seaweedfs)

    @property
    def own(self) -> tuple[Service, ...]:
        """The workbench's own processes."""
        return (*self.apis, *self.workers)

    def store(self) -> S3Store:
        """The store, as an auditor sees it."""
        return store_of(self.seaweedfs)

    def stop(self) -> None:
        """The services first, so that they end in an orderly way."""
        for process in (*self.own, *self.servers):
            process.resume()
            process.terminate()
        for process in (*self.own, *self.servers):
            process.stop()


@cache  # a client takes longer to make than a thousand objects to look at
def store_of(seaweedfs: SeaweedFS) -> S3Store:
    return seaweedfs.store()


def install(folder: Path) -> Installation:
    """Start the servers, migrate, start the services; what was started ends if a later one does not start."""
    with ExitStack() as started:
        it = _install(folder, started)
        started.pop_all()
        return it


def _install(folder: Path, started: ExitStack) -> Installation:
    home, journal = folder / "home", folder / "journal"
    journal.mkdir(parents=True)
    journal.chmod(0o777)
    postgres, rabbitmq, seaweedfs = (kind(folder / kind.__name__.lower()) for kind in (Postgres, RabbitMQ, SeaweedFS))
    for server in (postgres, rabbitmq, seaweedfs):
        started.callback(server.kill)
        server.launch()
    for server in (postgres, rabbitmq, seaweedfs):
        server.wait_ready()
    environment = {
        "PYTHONPATH": str(TESTS),
        "WORKBENCH_HOME": str(home),
        "WORKBENCH_LEASE_S": str(LEASE_S),
        "WORKBENCH_SLOTS": "4",
        "WORKBENCH_DATABASE_URL": postgres.url,
        "WORKBENCH_BROKER_URL": rabbitmq.url,
        **seaweedfs.settings,
    }
    command = [sys.executable, "-m", "chaos.ticker", "migrate"]
    subprocess.run(command, check=True, timeout=120, env={**os.environ, **environment})
    tokens = {team: secrets.token_urlsafe(16) for team in TEAMS}
    for team, token in tokens.items():
        write_token(store_of(seaweedfs), token, Identity(team, "member"), "chaos")
    apis, workers = (
        tuple(Service(folder / f"{action}-{number}", "chaos.ticker", action, environment) for number in range(count))
        for action, count in (("api", 2), ("worker", 3))
    )
    for process in (*apis, *workers):
        started.callback(process.kill)
        process.launch()
    for process in (*apis, *workers):
        process.wait_ready()
    return Installation(home, journal, postgres, rabbitmq, seaweedfs, apis, workers, tokens)
