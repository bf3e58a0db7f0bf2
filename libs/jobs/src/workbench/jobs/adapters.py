"""Which adapters a process uses: chosen once, at its start; no other code asks where it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from workbench.jobs.kind import Kind
from workbench.jobs.pods.capacity import Told
from workbench.jobs.pods.dispatcher import Dispatcher
from workbench.jobs.pods.dispatching import Dispatching, Place
from workbench.jobs.pods.placed import routed, with_machines
from workbench.jobs.record.engine import sqlite_engine
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.working.execution import Execution
from workbench.jobs.working.providing import Provide
from workbench.jobs.working.worker import Worker
from workbench.messages import InProcessMessages, Messages
from workbench.runner import Launcher, ProcessLauncher
from workbench.store import FileStore, Store


@dataclass(frozen=True)
class Adapters:
    """The store, the messages and the launcher; and where each service's rows are.

    ``migrates``: whether opening a service's rows brings its schema up to date. A service of a shared
    installation leaves that to ``migrate``, so that it can start while the database is away.
    ``place``: where the runs of a service live instead of beside its worker, as a cluster's pods do.
    ``is_machine``: whether a launch's target is a machine that takes its runs itself.
    ``provide``: makes an environment by its name, which a run did not find; None where nobody may.
    """

    store: Store
    messages: Messages
    launcher: Launcher
    home: Path
    engine_of: Callable[[str], Engine]
    migrates: bool = True
    place: Callable[[Jobs], Place] | None = None
    is_machine: Callable[[str | None], bool] = bool
    provide: Provide | None = None
    _records: dict[str, Jobs] = field(default_factory=dict, repr=False)

    def record(self, service: str, migrations: Path | None = None) -> Jobs:
        """The service's jobs; one object per service and process."""
        if service not in self._records:
            engine = self.engine_of(service)
            if self.migrates:
                # Only here: Alembic takes a fifth of a service's start, and a shared one does not migrate.
                from workbench.jobs.migrate import migrate

                migrate(engine, migrations)
            self._records[service] = Jobs(engine, self.messages, self.store, service)
        return self._records[service]

    def close(self) -> None:
        """End the connections of every record that was opened; who asks a record again gets new ones."""
        for record in self._records.values():
            record.engine.dispose()

    def worker(
        self,
        record: Jobs,
        kinds: Iterable[Kind],
        *,
        slots: int,
        lease_s: float,
        told: Told | None = None,
    ) -> Worker:
        """A worker for these kinds of jobs. ``told``: see Dispatcher."""
        work = self.home / "work" / record.service
        work.mkdir(parents=True, exist_ok=True)
        by_name = {kind.name: kind for kind in kinds}
        if self.place is not None and not any(kind.conduct for kind in by_name.values()):
            dispatching = Dispatching(record, by_name, with_machines(record, self.place(record), self.is_machine), work)
            return Dispatcher(dispatching, slots=slots, lease_s=lease_s, told=told)
        launcher = routed(record, self.launcher, self.is_machine)
        execution = Execution(record, by_name, launcher, work, self.provide, launcher.elsewhere)
        return Worker(execution, slots=slots, lease_s=lease_s)


def sqlite_below(home: Path) -> Callable[[str], Engine]:
    """A SQLite file per service."""
    return lambda service: sqlite_engine(home / "rows" / f"{service}.sqlite")


def embedded(home: Path, sandbox: str = "try") -> Adapters:
    """Everything below one folder of this machine. ``sandbox``: see ProcessLauncher."""
    _private(home)
    launcher = ProcessLauncher(home, sandbox=sandbox)
    return Adapters(FileStore(home / "store"), InProcessMessages(), launcher, home, sqlite_below(home))


def _private(home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
