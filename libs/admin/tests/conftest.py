"""An installation of each make: rows in SQLite or on a real PostgreSQL, objects in a directory."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fresh import embedded
from servers.postgres import Postgres, available
from sqlalchemy import update
from workbench.admin.installation import Installation, opened
from workbench.jobs import Adapters, Job, Jobs, Kind, Made, claim
from workbench.jobs.record.tables import jobs
from workbench.jobs.working import staging
from workbench.jobs.working.conductor import Conductor
from workbench.jobs.working.execution import Execution
from workbench.problems import Problem
from workbench.store import Store
from workbench.webapp.connect import connect
from workbench.webapp.settings import Settings, load

TEAM = "red"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """Started when first asked for."""
    reason = available()
    if reason:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    environment = {"WORKBENCH_HOME": str(tmp_path / "home")}
    if request.param == "postgres":
        environment["WORKBENCH_DATABASE_URL"] = request.getfixturevalue("postgres").fresh()
    return load(environment)


@pytest.fixture
def adapters(settings: Settings) -> Iterator[Adapters]:
    made = connect(settings, "here", migrates=True) if settings.database_url else embedded(settings.home)
    for service in ("here", "there"):
        made.record(service)
    yield made
    made.close()


@pytest.fixture
def place(settings: Settings, adapters: Adapters) -> Iterator[Installation]:
    with opened(settings) as found:
        yield found


class Refused(Problem):
    """The job fails after its bytes are a blob."""


@dataclass(frozen=True)
class Bench:
    """Makes things as a worker does, without a process for each; ``meanwhile`` runs between blob and manifest."""

    adapters: Adapters
    folder: Path
    service: str = "here"
    meanwhile: Callable[[Conductor], Any] = lambda _conductor: None

    @property
    def jobs(self) -> Jobs:
        return self.adapters.record(self.service)

    @property
    def store(self) -> Store:
        return self.adapters.store

    @property
    def kind(self) -> Kind:
        return Kind("thing", conduct=self._conduct)

    @property
    def execution(self) -> Execution:
        return Execution(self.jobs, {"thing": self.kind}, self.adapters.launcher, self.folder)

    def _conduct(self, conductor: Conductor) -> Made:
        path = self.folder / f"{conductor.job.id}.bin"
        path.write_text(conductor.job.request["text"])
        file = staging.keep(self.store, conductor.job, "a.bin", path)
        self.meanwhile(conductor)
        if conductor.job.request.get("fails"):
            raise Refused
        return Made("thing", {}, (file,))

    def submit(self, text: str, team: str = TEAM, **more: Any) -> Job:
        return self.jobs.submit(self.kind, team, {"text": text, **more})

    def claim(self) -> Job | None:
        return claim(self.jobs, ["thing"], "owner", 60)

    def made(self, text: str, team: str = TEAM, **more: Any) -> Job:
        """The job, ended."""
        submitted = self.submit(text, team, **more)
        claimed = self.claim()
        assert claimed is not None
        assert claimed.id == submitted.id
        self.execution.carry_out(claimed)
        return self.jobs.get("thing", team, submitted.id)

    def long_ago(self) -> None:
        """As if every job that has ended had done so yesterday."""
        with self.jobs.engine.begin() as connection:
            connection.execute(update(jobs).values(finished_at=jobs.c.finished_at - 86400))


def age(bench: Bench, key: str, days: float) -> None:
    """As if the object had been written that long ago."""
    path = bench.adapters.home / "store" / key
    os.utime(path, (time.time() - days * 86400,) * 2)


@pytest.fixture
def aged(bench: Bench) -> Callable[[str, float], None]:
    return lambda key, days: age(bench, key, days)


@pytest.fixture
def bench(adapters: Adapters, tmp_path: Path) -> Bench:
    (tmp_path / "work").mkdir()
    return Bench(adapters, tmp_path / "work")
