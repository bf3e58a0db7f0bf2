"""One chaos run: submit while disturbing, stop disturbing, wait until all has ended, count."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

import psycopg

from chaos import account
from chaos.clients import Team, submit_all
from chaos.installation import TEAMS, Installation, install
from chaos.monkey import Monkey

CLIENTS = 3  # threads of each team
LITTLE = 20
SETTLE_S = 600.0


def chaos(folder: Path, jobs: int, seed: int) -> account.Account:
    """Raises TimeoutError when the jobs do not end."""
    it = install(folder)
    try:
        account.watch(it)
        teams, kills = disturb(it, jobs, seed)
        return account.settle(it, teams, kills)
    finally:
        it.stop()


def disturb(it: Installation, jobs: int, seed: int) -> tuple[list[Team], int]:
    """What the teams asked for, all of it ended, and the number of disturbances meanwhile.

    The disturbing is done by the calling thread: a server ends with the thread that started it.
    """
    monkey, stop = Monkey(it, seed), threading.Event()
    teams = [Team(name) for name in TEAMS]
    clients = teams * CLIENTS
    share = -(-jobs // len(clients))
    with ThreadPoolExecutor(len(clients)) as pool:
        submitting = [
            pool.submit(submit_all, it, team, range(index * share, (index + 1) * share), seed + index)
            for index, team in enumerate(clients)
        ]
        threading.Thread(target=_set_when_done, args=(it, submitting, stop), daemon=True).start()
        monkey.run(stop)
        for each in submitting:
            each.result()
    _await_end(it)
    for name, count in sorted(Counter(monkey.done).items()):
        print(f"  {count:4} × {name}")
    return teams, len(monkey.done)


def _set_when_done(it: Installation, submitting: list[Future[None]], stop: threading.Event) -> None:
    """Everything is accepted and little is left to do: from here on it must come to its end undisturbed."""
    wait(submitting)
    with contextlib.suppress(TimeoutError):
        _await_end(it, LITTLE)
    stop.set()


def _await_end(it: Installation, but: int = 0) -> None:
    deadline = time.monotonic() + SETTLE_S
    left = -1
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg.Error):  # the database is among what is disturbed
            left = account.unfinished(it)
            if left <= but:
                return
        time.sleep(1)
    raise TimeoutError(f"{left} jobs have not ended after {SETTLE_S:.0f} s")
