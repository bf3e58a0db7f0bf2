"""Submitting, and the dispatcher: each in a process of its own, over the same PostgreSQL and SeaweedFS."""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import event, func, select
from workbench.jobs import Jobs, Runs, postgres_engine, reading
from workbench.jobs.pods.dispatcher import Dispatcher
from workbench.jobs.pods.dispatching import Dispatching
from workbench.jobs.record.tables import jobs
from workbench.messages import InProcessMessages
from workbench.runner.kubernetes.api import Cluster
from workbench.runner.kubernetes.launcher import KubernetesLauncher
from workbench.store import Store
from workbench.store.s3 import S3Store

from scaling import work


@dataclass(frozen=True)
class Servers:
    """What a process needs to reach everything."""

    kubeconfig: Path
    database: str
    s3: tuple[str, str, str, str]
    folder: Path

    def store(self) -> Store:
        """The S3 store."""
        return S3Store(*self.s3)

    def record(self) -> Jobs:
        """The jobs, with bells of this process alone."""
        return Jobs(postgres_engine(self.database, work.SERVICE), InProcessMessages(), self.store(), work.SERVICE)


def set_kubeconfig(path: Path) -> None:
    """Where our client looks outside a cluster."""
    os.environ["KUBECONFIG"] = str(path)


def paced(pace: float) -> Callable[[int], None]:
    """Returns when it is the turn of a number, ``pace`` of which come in a second; 0: at once."""
    began = time.monotonic()
    return lambda number: time.sleep(max(0.0, began + number / pace - time.monotonic()) if pace else 0.0)


def submit(servers: Servers, teams: list[tuple[str, int]], pace: float) -> None:
    """In a process of its own, as an API does."""
    submit_to(servers.record(), teams, pace)


def submit_to(record: Jobs, teams: list[tuple[str, int]], pace: float) -> None:
    """One team after the other, each its number of jobs, from four threads. ``pace``: see paced."""

    def one(team: str, number: int) -> None:
        until_its_turn(number)
        record.submit(work.KIND, team, {"number": number})

    with ThreadPoolExecutor(4) as pool:
        for team, count in teams:
            until_its_turn = paced(pace)
            list(pool.map(partial(one, team), range(count)))


def dispatch(servers: Servers, slots: int, orders: Connection) -> None:
    """Says when it begins; submits what it is told to, and at "stop" answers what it has used."""
    set_kubeconfig(servers.kubeconfig)
    record, statements, stop, peak = servers.record(), Counter[str](), threading.Event(), [0]
    event.listen(record.engine, "before_cursor_execute", lambda *args: statements.update([_brief(args[2])]))
    launcher = KubernetesLauncher(Cluster("default"), work.pools(), Runs(record), work.SERVICE, work.URL)
    work_folder = servers.folder / "work"
    work_folder.mkdir(exist_ok=True)
    dispatching = Dispatching(record, {work.KIND.name: work.KIND}, launcher, work_folder)
    dispatcher = Dispatcher(dispatching, slots=slots)
    running = threading.Thread(target=dispatcher.run, args=(stop,), name="claim")
    threading.Thread(target=_note_peak, args=(peak,), daemon=True).start()
    began_s = _cpu_s()
    orders.send(time.time())
    running.start()
    while (order := orders.recv()) != "stop":
        submit_to(record, *order)  # here, so that the bell is heard
    used = {"cpu_s": _cpu_s() - began_s, "peak_mib": peak[0] >> 20, "threads": _by_thread(), "sql": statements}
    stop.set()
    running.join(30)
    orders.send(used)


def told(record: Jobs) -> list[Any]:
    """Every job that has begun: id, team, state, attempt and its times."""
    query = select(jobs.c.id, jobs.c.team, jobs.c.state, jobs.c.attempt, jobs.c.created_at, jobs.c.started_at)
    with reading(record.engine).connect() as connection:
        return list(connection.execute(query.order_by(func.coalesce(jobs.c.started_at, 1e18))))


def _cpu_s() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


def _by_thread() -> dict[str, float]:
    """Processor seconds by what a thread does."""
    names = {each.native_id: each.name for each in threading.enumerate()}
    used: Counter[str] = Counter()
    for each in psutil.Process().threads():
        name = names.get(each.id, "others")
        used["steps" if "-step" in name else name] += each.user_time + each.system_time
    return dict(used)


def _note_peak(peak: list[int]) -> None:
    while True:
        peak[0] = max(peak[0], psutil.Process().memory_info().rss)
        time.sleep(0.5)


def _brief(statement: str) -> str:
    words = " ".join(statement.split())
    first, _, rest = words.partition(" FROM ")
    return f"{first[:28]} … FROM {rest[:60]}" if rest else words[:70]
