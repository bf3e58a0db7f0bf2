"""A home whose rows have their schema already: migrated once in a process of tests, then copied.

For tests that are about something else. What migrations do, tests/contracts/test_databases.py and whatever starts a
workbench show.
"""

from __future__ import annotations

import functools
import tempfile
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Engine
from workbench import jobs
from workbench.jobs.adapters import Adapters, sqlite_below
from workbench.jobs.migrate import migrate
from workbench.project.migrations import HERE as PROJECT


def embedded(home: Path) -> Adapters:
    """As `workbench.jobs.embedded`; a home that has rows keeps them."""

    def engine_of(service: str) -> Engine:
        file = home / "rows" / f"{service}.sqlite"
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.write_bytes(_migrated(PROJECT if service == "project" else None))
        return sqlite_below(home)(service)

    return replace(jobs.embedded(home), engine_of=engine_of, migrates=False)


@functools.cache
def _migrated(own: Path | None) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        engine = sqlite_below(Path(folder))("fresh")
        migrate(engine, own)
        engine.dispose()
        return (Path(folder) / "rows" / "fresh.sqlite").read_bytes()
