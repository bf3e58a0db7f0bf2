"""One suite per port, run on every adapter there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from served import Served, good, have_things
from sqlalchemy import Engine
from workbench.jobs import Adapters, embedded, postgres_engine
from workbench.jobs.adapters import sqlite_below
from workbench.standalone.mount import Front, merged_openapi, workers
from workbench.webapp.identity import Identity, write_token
from workbench.webapp.settings import load


@pytest.fixture(params=["sqlite", "postgres"])
def engine_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Engine]:
    """Rows in files, or in a database of their own on a real server."""
    if request.param == "sqlite":
        return sqlite_below(tmp_path / "home")
    url = request.getfixturevalue("postgres").fresh()
    return lambda service: postgres_engine(url, service)


@pytest.fixture
def adapters(tmp_path: Path, engine_of: Callable[[str], Engine]) -> Iterator[Adapters]:
    """Adapters in a home of their own."""
    made = replace(embedded(tmp_path / "home"), engine_of=engine_of)
    yield made
    made.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def served(whole: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("hostile")
    engine_of: Callable[[str], Engine] = sqlite_below(home)
    if request.param == "postgres":
        url = request.getfixturevalue("postgres").fresh()
        engine_of = lambda service: postgres_engine(url, service)  # noqa: E731
    adapters = replace(embedded(home), engine_of=engine_of)
    settings = load({"WORKBENCH_HOME": str(home)})
    write_token(adapters.store, "token", Identity("a", "admin"), "test")
    front = Front(adapters, settings)
    workers(adapters, settings)  # none runs: they are asked by messages
    made = Served(adapters, front, merged_openapi(adapters, settings), have_things(adapters))
    project = made.ask("POST", "/v1/projects", json=good(made.ids)["/v1/projects"])
    upload = made.ask("POST", "/v1/models/uploads", json=good(made.ids)["/v1/models/uploads"])
    made.ids.update(project=project.json["id"], upload=upload.json["id"])
    yield made
    adapters.close()
