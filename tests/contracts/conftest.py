"""One suite per port, run on every adapter there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine
from workbench.jobs import Adapters, embedded, postgres_engine
from workbench.jobs.adapters import sqlite_below


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
    for service in ("here", "there"):
        made.record(service).engine.dispose()
