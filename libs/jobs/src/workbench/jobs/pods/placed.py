"""The launchers of one service as one: its own, and the machines that ask for their runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.jobs.pods.dispatching import Place
from workbench.jobs.pods.runs import Runs
from workbench.jobs.record.jobs import Jobs
from workbench.runner import Launcher
from workbench.runner.machines.launcher import MachineLauncher
from workbench.runner.machines.routed import Routed
from workbench.targets.machines import Machines

IsMachine = Callable[[str | None], bool]


class Places(Routed[Place]):
    """A Place whose other runs are in a cluster."""

    def halt(self, folder: Path) -> bool:
        """See Place.halt."""
        return self.of(folder).halt(folder)

    def watch(self, changed: Callable[[str], None]) -> None:
        """See Place.watch."""
        self.others.watch(changed)
        threading.Thread(target=self.machines.watch, args=(changed,), daemon=True).start()

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
