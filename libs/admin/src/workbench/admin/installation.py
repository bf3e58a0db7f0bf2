"""The installation that this environment's settings name: its store, and the rows of every service there is."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Engine, text
from workbench.admin.rows import Rows
from workbench.jobs import Adapters
from workbench.store import Store
from workbench.webapp.connect import connect
from workbench.webapp.settings import Settings

_SCHEMAS = """
select nspname from pg_namespace
where nspname like 'wb\\_%' and to_regclass(quote_ident(nspname) || '.jobs') is not null
order by nspname
"""


@dataclass(frozen=True)
class Installation:
    """What gc and check work on."""

    store: Store
    rows: Rows
    home: Path


@contextlib.contextmanager
def opened(settings: Settings, *, rows: bool = True) -> Iterator[Installation]:
    """Nothing is migrated. Without ``rows`` the database is left alone. Raises DatabaseAway."""
    adapters = connect(replace(settings, broker_url=""), "admin")  # the broker has no part in this
    with contextlib.ExitStack() as closing:

        def engine(service: str) -> Engine:
            made = adapters.engine_of(service)
            closing.callback(made.dispose)
            return made

        services: list[str] = []
        if rows:
            services = _schemas(engine("admin")) if settings.database_url else _files(adapters)
        yield Installation(adapters.store, Rows({service: engine(service) for service in services}), settings.home)


def _schemas(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        names = connection.execute(text(_SCHEMAS)).scalars()
        return [name.removeprefix("wb_").replace("_", "-") for name in names]


def _files(adapters: Adapters) -> list[str]:
    return sorted(path.stem for path in (adapters.home / "rows").glob("*.sqlite"))
