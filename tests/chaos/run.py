"""One chaos run: submit while disturbing, stop disturbing, wait until all has ended, count."""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor, wait
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
    """The disturbing is done by this thread: a server ends with the thread that started it."""
    monkey, stop = Monkey(it, seed), threading.Event()
    teams = [Team(name) for name in TEAMS]
    share = -(-jobs // len(teams))
    with ThreadPoolExecutor(len(teams)) as pool:
        submitting = [
            pool.submit(submit_all, it, team, range(index * share, (index + 1) * share), seed + index)
            for index, team in enumerate(teams)
        ]
        threading.Thread(target=_set_when_done, args=(submitting, stop), daemon=True).start()
        monkey.run(stop)
        for each in submitting:
            each.result()
    _await_end(it)
    for name, count in sorted(Counter(monkey.done).items()):
        print(f"  {count:4} × {name}")
    return account.settle(it, teams, len(monkey.done))


def _set_when_done(submitting: list[Future[None]], stop: threading.Event) -> None:
    wait(submitting)
    stop.set()


def _await_end(it: Installation) -> None:
    deadline = time.monotonic() + SETTLE_S
    while (left := account.unfinished(it)) > 0:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{left} jobs have not ended {SETTLE_S:.0f} s after the last disturbance")
        time.sleep(1)
