"""A place for runs that live elsewhere, on this machine: processes, each with a pod's part played for it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from workbench.jobs import Desk, Jobs, Runs
from workbench.jobs.pods.desk import Caller, Report
from workbench.jobs.problems import RunGone
from workbench.jobs.working.inputs import sources, verify
from workbench.runner import Launch, PlaceAway, ProcessLauncher, Status, read_log, read_progress

POD = "pod-1"
TICK_S = 0.05


class ProcessPlace(ProcessLauncher):
    """Its inputs come from the store, its progress and log go to the desk. ``away``: how often it is away yet."""

    def __init__(self, home: Path, record: Jobs, cores: Path) -> None:
        super().__init__(home, (cores,), writable=(home.parent / "journals",))
        self.away = 0
        self.offers: list[dict[str, Any]] = []
        self._record, self._runs, self._desk = record, Runs(record), Desk(record, record.store)
        self._seen: dict[Path, Status] = {}
        self._told: dict[Path, tuple[str, int, int]] = {}  # token, bytes of progress and log
        self._closed, self._telling = threading.Event(), threading.Lock()

    def start(self, folder: Path, launch: Launch) -> None:
        """Stage, begin, and know of it."""
        self._answer()
        token = self._runs.open(folder.name, replace(launch, inputs={})).token
        if not folder.exists():
            self._stage(folder, launch)
        super().start(folder, launch)
        self._desk.begin(Caller(token, POD))
        self._know(folder)

    def check(self, folder: Path) -> Status:
        """As always, unless it is away; a run that another has begun is known from now on. What a run has said is
        told before its end is, as a pod tells it: who hears of an end asks no more."""
        self._answer()
        self._know(folder)
        status = super().check(folder)
        with contextlib.suppress(RunGone, KeyError, OSError):
            self._tell(folder)
        return status

    def halt(self, folder: Path) -> bool:
        """At once."""
        self.stop(folder)
        return True

    def forget(self, folder: Path) -> None:
        """With its run's row."""
        self._told.pop(folder, None)
        self._seen.pop(folder, None)
        self._runs.close(folder.name)
        super().forget(folder)

    def watch(self, changed: Callable[[str], None]) -> None:
        """Look at every run from now on."""
        threading.Thread(target=self._keep, args=(changed,), daemon=True).start()

    def sweep(self) -> None:
        """Nothing runs here that nobody wants."""

    def targets(self) -> list[dict[str, Any]]:
        """As many of each as the test has said."""
        return self.offers

    def close(self) -> None:
        """Look no more; the runs go on."""
        self._closed.set()

    def _answer(self) -> None:
        if self.away > 0:
            self.away -= 1
            raise PlaceAway("as asked")

    def _know(self, folder: Path) -> None:
        ticket = self._runs.current(folder.name)
        if ticket is not None and ticket.begun:
            self._told.setdefault(folder, (ticket.token, 0, 0))

    def _stage(self, folder: Path, launch: Launch) -> None:
        job = self._record.find(folder.name)
        assert job is not None
        for name, source in sources(job, launch).items():
            path = folder / "inputs" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            verify(name, source, self._record.store.fetch(source.key, path))

    def _keep(self, changed: Callable[[str], None]) -> None:
        while not self._closed.wait(TICK_S):
            for folder in list(self._told):
                with contextlib.suppress(RunGone, KeyError, OSError):
                    self._look(folder, changed)

    def _look(self, folder: Path, changed: Callable[[str], None]) -> None:
        before, status = self._seen.get(folder, Status("absent")), super().check(folder)
        self._tell(folder)
        self._seen[folder] = status
        if status != before:
            changed(folder.name)

    def _tell(self, folder: Path) -> None:
        """What it has said. Raises KeyError for a run that is known no more."""
        with self._telling:
            token, progress_to, log_to = self._told[folder]
            news, progress_to = read_progress(folder, progress_to)
            text, read_to = read_log(folder, log_to)
            if news or text:
                progress = asdict(news[-1]) if news else None
                answer = self._desk.report(Caller(token, POD), Report(progress, text, log_to, read_to))
                log_to = answer["log_bytes"]
            if folder in self._told:
                self._told[folder] = (token, progress_to, log_to)
