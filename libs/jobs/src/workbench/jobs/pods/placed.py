"""The launchers of one service as one: its own, and the machines that ask for their runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
from workbench.jobs.pods.dispatching import Place
from workbench.jobs.pods.runs import Runs
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.working.execution import AWAY
from workbench.runner import Launcher
from workbench.runner.machines.launcher import MachineLauncher
from workbench.runner.machines.routed import Routed
from workbench.targets.machines import Machines

log = structlog.get_logger()
AGAIN_S = 1.0
IsMachine = Callable[[str | None], bool]


class Places(Routed[Place]):
    """A Place whose other runs are in a cluster."""

    def halt(self, folder: Path) -> bool:
        """See Place.halt."""
        return self.of(folder).halt(folder)

    def watch(self, changed: Callable[[str], None]) -> None:
        """See Place.watch."""
        self.others.watch(changed)
        threading.Thread(target=self._watch_machines, args=(changed,), daemon=True).start()

    def _watch_machines(self, changed: Callable[[str], None]) -> None:
        """Also when a server was away meanwhile."""
        while not self.machines.closed:
            try:
                self.machines.watch(changed)
            except AWAY as away:
                log.warning("watch.waits", reason=str(away)[:300])
                time.sleep(AGAIN_S)

    def sweep(self) -> None:
        """See Place.sweep; a machine finds out by itself what nobody wants."""
        self.others.sweep()

    def targets(self) -> list[dict[str, Any]]:
        """See Place.targets; of machines nobody counts devices."""
        return self.others.targets()


def routed(record: Jobs, others: Launcher, is_machine: IsMachine) -> Routed[Launcher]:
    """Beside what runs on this machine."""
    runs = Runs(record)
    return Routed(others, _machines(record, runs), runs, is_machine)


def with_machines(record: Jobs, others: Place, is_machine: IsMachine) -> Places:
    """Beside what runs in a cluster."""
    runs = Runs(record)
    return Places(others, _machines(record, runs), runs, is_machine)


def _machines(record: Jobs, runs: Runs) -> MachineLauncher:
    return MachineLauncher(runs, Machines(record.store).standing, record.ring)
