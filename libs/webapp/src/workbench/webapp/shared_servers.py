"""How the servers are that all replicas share, within the time that a probe has: for people and metrics."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from functools import partial

from workbench.jobs import DatabaseAway, Jobs
from workbench.jobs.record.tally import answers
from workbench.store import Store, StoreAway

PATIENCE_S = 3.0
OK = "ok"


class SharedServers:
    """The database of each service, the object store, the broker; each is asked by one thread at a time."""

    def __init__(self, records: Sequence[Jobs], patience_s: float = PATIENCE_S) -> None:
        self._records, self._patience_s = records, patience_s
        self._asking: dict[str, Future[str]] = {}
        self._lock = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def ask(self) -> dict[str, str]:
        """Name to `ok`, or to what is wrong; nothing where a process relies on none."""
        if not self._records:
            return {}
        asks: dict[str, Callable[[], str]] = {
            f"database of {record.service}": partial(_database, record) for record in self._records
        }
        first = self._records[0]
        asks["object store"] = partial(_store, first.store)
        with self._lock:
            self._pool = self._pool or ThreadPoolExecutor(8, "shared-servers")
            for name, ask in asks.items():
                if name not in self._asking:
                    self._asking[name] = self._pool.submit(ask)
            asking = dict(self._asking)
        found = {name: self._outcome(name, future) for name, future in asking.items()}
        broker = OK if first.messages.connected() else "not connected; jobs are done, but news travels slowly"
        return found | {"message broker": broker}

    def _outcome(self, name: str, future: Future[str]) -> str:
        try:
            said = future.result(self._patience_s)
        except NoAnswer:
            return f"no answer within {self._patience_s:g} s"
        with self._lock:
            self._asking.pop(name, None)
        return said


def _database(record: Jobs) -> str:
    try:
        answers(record)
    except DatabaseAway as away:
        return str(away.__cause__ or away.detail).splitlines()[0][:200]
    return OK


def _store(store: Store) -> str:
    try:
        store.exists("identity/anything")
    except StoreAway as away:
        return str(away)[:200]
    return OK
