"""The rows of every service at once: which jobs are under way, what has been accepted, and a moment of standstill."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, or_, select, text
from workbench.jobs import State
from workbench.jobs.record.engine import reading
from workbench.jobs.record.storage import Storage
from workbench.jobs.record.tables import jobs
from workbench.store import Manifest, Store

_UNDER_WAY = (State.QUEUED, State.RUNNING)
_PAGE = 500


class Counted(NamedTuple):
    """A team's storage as a service had counted it, and as it is."""

    service: str
    team: str
    was_bytes: int
    is_bytes: int


class Row(NamedTuple):
    """What check looks at; ``keys`` are the uploads that the job reads."""

    service: str
    id: str
    team: str
    kind: str
    state: str
    manifest: str | None
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """By service; a service more is found by itself."""

    engines: Mapping[str, Engine]

    def under_way(self, team: str, job_id: str) -> bool:
        """Whether a job of this team and id is queued or running in any service."""
        query = select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.team == team, jobs.c.state.in_(_UNDER_WAY))
        for engine in self.engines.values():
            with reading(engine).connect() as connection:
                if connection.execute(query).first():
                    return True
        return False

    def going_on(self, engine: Engine, job_id: str) -> bool:
        """Whether a service has such a job queued or running."""
        query = select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.state.in_(_UNDER_WAY))
        with reading(engine).connect() as connection:
            return connection.execute(query).first() is not None

    def kinds(self) -> set[str]:
        """Of the jobs there are."""
        found: set[str] = set()
        for engine in self.engines.values():
            with reading(engine).connect() as connection:
                found.update(connection.execute(select(jobs.c.kind).distinct()).scalars())
        return found

    def all(self) -> Iterator[Row]:
        """Every job of every service, page by page."""
        for service, engine in self.engines.items():
            after = ""
            while page := _page(engine, after):
                yield from (_row(service, row) for row in page)
                after = page[-1].id

    def count(self, store: Store) -> list[Counted]:
        """Count again what every service stores, and tell the others; what was wrong."""
        wrong = []
        for service, engine in self.engines.items():
            storage = Storage(engine, store, service)
            for team, (was, now) in storage.mend().items():
                if was != now:
                    wrong.append(Counted(service, team, was, now))
        return wrong

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[list[Connection]]:
        """While the block runs no service can change a job: accept a manifest, claim, renew. Keep it short."""
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(_held(engine)) for _, engine in sorted(self.engines.items())]


def accepted(connections: list[Connection], since: float) -> Iterator[Manifest]:
    """Manifests that are not, or were not before ``since`` (seconds since the epoch), sure to be in the store."""
    query = select(jobs.c.manifest).where(
        jobs.c.manifest.is_not(None), or_(jobs.c.state == State.RUNNING, jobs.c.finished_at > since)
    )
    for connection in connections:
        for manifest in connection.execute(query).scalars():
            yield Manifest.parse(manifest)


@contextlib.contextmanager
def _held(engine: Engine) -> Iterator[Connection]:
    with engine.begin() as connection:  # on SQLite that is the write lock already
        if connection.dialect.name == "postgresql":
            connection.execute(text("lock table jobs in share mode"))
        yield connection


def _page(engine: Engine, after: str) -> list[Any]:
    columns = (jobs.c.id, jobs.c.team, jobs.c.kind, jobs.c.state, jobs.c.manifest, jobs.c.request)
    query = select(*columns).where(jobs.c.id > after).order_by(jobs.c.id).limit(_PAGE)
    with reading(engine).connect() as connection:
        return list(connection.execute(query).all())


def _row(service: str, row: Any) -> Row:
    files = row.request.get("files", ()) if isinstance(row.request, dict) else ()
    keys = tuple(file["key"] for file in files if isinstance(file, dict) and "key" in file)
    return Row(service, row.id, row.team, row.kind, row.state, row.manifest, keys)
