"""Two launchers as one: runs of machines that ask for them, and all others, here or in a cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from workbench.runner.launcher import Launcher
from workbench.runner.machines.launcher import MachineLauncher
from workbench.runner.runs import Runs
from workbench.runner.values import Launch, Status

Other = TypeVar("Other", bound=Launcher)


class Routed(Generic[Other]):
    """``others``: for runs whose target is no machine, as ``is_machine`` says of it."""

    def __init__(
        self, others: Other, machines: MachineLauncher, runs: Runs, is_machine: Callable[[str | None], bool]
    ) -> None:
        self.others, self.machines = others, machines
        self._runs, self._is_machine = runs, is_machine
        self._known: dict[str, bool] = {}

    def elsewhere(self, launch: Launch) -> bool:
        """Whether a machine takes it: then its inputs need not be here."""
        return self._is_machine(launch.target)

    def start(self, folder: Path, launch: Launch) -> None:
        """See Launcher.start."""
        self._known[folder.name] = self.elsewhere(launch)
        self.of(folder).start(folder, launch)

    def check(self, folder: Path) -> Status:
        """See Launcher.check."""
        return self.of(folder).check(folder)

    def wait(self, folder: Path, timeout_s: float) -> Status:
        """See Launcher.wait."""
        return self.of(folder).wait(folder, timeout_s)

    def stop(self, folder: Path) -> None:
        """See Launcher.stop."""
        self.of(folder).stop(folder)

    def forget(self, folder: Path) -> None:
        """See Launcher.forget."""
        self.of(folder).forget(folder)
        self._known.pop(folder.name, None)

    def of(self, folder: Path) -> Other | MachineLauncher:
        """Whose run the folder has; one that nobody here has started is known by its row."""
        if folder.name not in self._known:
            ticket = self._runs.current(folder.name)
            if ticket is None:
                return self.others
            self._known[folder.name] = self._is_machine(ticket.target)
        return self.machines if self._known[folder.name] else self.others
