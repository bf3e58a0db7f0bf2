"""Bring one service's schema up to date: the jobs branch that every schema has, and the service's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

_HERE = Path(str(files("workbench.jobs") / "migrations"))


def migrate(engine: Engine, own: Path | None = None) -> None:
    """Run what is missing; safe to repeat. ``own`` is the service's ``migrations`` folder."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    versions = [_HERE / "versions", *([own] if own else [])]
    config.set_main_option("version_locations", "\n".join(str(path) for path in versions))
    config.set_main_option("path_separator", "newline")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "heads")
