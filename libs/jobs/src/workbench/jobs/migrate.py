"""Bring one service's schema up to date: the jobs branch that every schema has, and the service's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from importlib.resources import files
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, text
from workbench.jobs.record.engine import POSTGRES_TIMEOUTS_MS

_HERE = Path(str(files("workbench.jobs") / "migrations"))


def migrate(engine: Engine, own: Path | None = None) -> None:
    """Run what is missing, all of it or nothing; safe to repeat and to race. ``own`` is the service's folder."""
    config = configuration(own)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        with _alone(connection) if connection.dialect.name == "postgresql" else nullcontext():
            command.upgrade(config, "heads")


def configuration(own: Path | None = None) -> Config:
    """Alembic's, over the migrations of the jobs branch and of the service."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    versions = [_HERE / "versions", *([own] if own else [])]
    config.set_main_option("version_locations", "\n".join(str(path) for path in versions))
    config.set_main_option("path_separator", "newline")
    return config


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Alone with the service's schema until the transaction ends, however long that takes.

    Neither the server nor we give up on a statement: one over all rows of a large table is slow.
    """
    for name in POSTGRES_TIMEOUTS_MS:
        connection.execute(text(f"set local {name} = 0"))
    driver: Any = connection.connection.dbapi_connection
    patience_s, driver.patience_s = driver.patience_s, None
    try:
        schema = connection.execute(text("select current_setting('search_path')")).scalar_one()
        connection.execute(text("select pg_advisory_xact_lock(hashtext(:schema))"), {"schema": schema})
        connection.execute(text(f'create schema if not exists "{schema}"'))
        yield
    finally:
        driver.patience_s = patience_s
