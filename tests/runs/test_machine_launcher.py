"""The launchers' contract, kept by a machine that asks for its runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from contracts.test_launcher import *  # noqa: F403 - every test of the suite
from contracts.test_launcher import Place
from eventually import until
from workbench.jobs import Runs, sqlite_engine
from workbench.runner import Launch, Launcher
from workbench.runner.machines.launcher import MachineLauncher

from runs.machine import MACHINE, TEAM, Agent, MachineService, on_machine


class OnMachine(MachineLauncher):
    """Whatever is launched, the machine takes."""

    def start(self, folder: Path, launch: Launch) -> None:
        super().start(folder, on_machine(launch))


@dataclass
class Machine(Place):
    """See Place: each run is a job, and its record has what it says."""

    service: MachineService | None = None
    earlier: int = 0

    def __post_init__(self) -> None:
        self.earlier = super().begins(self.work)

    def begins(self, folder: Path) -> int:
        return super().begins(folder) - self.earlier

    def folder(self) -> Path:
        path = self.work / self.service.job().id
        self.runs.append(path)
        return path

    def bring(self, launch: Launch, folder: Path, **inputs: str) -> Launch:
        return replace(launch, inputs={name: self.service.blob(text.encode()) for name, text in inputs.items()})

    def stage(self, folder: Path) -> str | None:
        progress = self.service.record.find(folder.name).progress
        return progress["stage"] if progress else None


@pytest.fixture(scope="module")
def service(serving: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MachineService]:
    folder = tmp_path_factory.mktemp("service")
    engine = sqlite_engine(folder / "rows.sqlite")
    made = MachineService(folder, engine)
    yield made
    made.close()
    engine.dispose()


@pytest.fixture(scope="module")
def agent(service: MachineService, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    made = Agent(service, tmp_path_factory.mktemp("agent"))
    made.start(service.machines.add(TEAM, MACHINE))
    until(lambda: service.machines.get(TEAM, MACHINE).seen_at is not None)
    yield made
    made.kill()


@pytest.fixture
def place(service: MachineService, agent: Agent, tmp_path: Path) -> Iterator[Place]:
    def again() -> Launcher:
        return OnMachine(Runs(service.record), service.machines.standing, service.record.ring)

    made = Machine(again, tmp_path / "work", agent.journal, service=service)
    yield made
    for folder in made.runs:
        again().stop(folder)
        again().forget(folder)
