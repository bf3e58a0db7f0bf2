"""One chaos run: submit while disturbing, stop disturbing, wait until all has ended, count."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chaos import account
from chaos.clients import Team, submit_all
from chaos.installation import TEAMS, Installation, install
from chaos.monkey import Monkey

SETTLE_S = 600.0


def chaos(folder: Path, jobs: int, seed: int) -> account.Account:
    """Raises TimeoutError when the jobs do not end."""
    it = install(folder)
    try:
        account.watch(it)
        return _disturbed(it, jobs, seed)
    finally:
        it.stop()


def _disturbed(it: Installation, jobs: int, seed: int) -> account.Account:
    monkey, stop = Monkey(it, seed), threading.Event()
    teams = [Team(name) for name in TEAMS]
    share = -(-jobs // len(teams))
    with ThreadPoolExecutor(len(teams) + 1) as pool:
        disturbing = pool.submit(monkey.run, stop)
        try:
            submitting = [
                pool.submit(submit_all, it, team, range(index * share, (index + 1) * share), seed + index)
                for index, team in enumerate(teams)
            ]
            for each in submitting:
                each.result()
        finally:
            stop.set()
        disturbing.result()
    _await_end(it)
    for name, count in sorted(Counter(monkey.done).items()):
        print(f"  {count:4} × {name}")
    return account.settle(it, teams, len(monkey.done))


def _await_end(it: Installation) -> None:
    deadline = time.monotonic() + SETTLE_S
    while (left := account.unfinished(it)) > 0:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{left} jobs have not ended {SETTLE_S:.0f} s after the last disturbance")
        time.sleep(1)
