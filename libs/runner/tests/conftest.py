"""Real runs on this machine, in a home of their own, all ended with the test."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from workbench.runner import Launch, Limits, ProcessLauncher, Status
from workbench.runner.local import procfs

CORES = Path(__file__).parent / "cores"
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 26, wall_s=60)


@dataclass
class Runs:
    """Starts cores that behave as they are told, and looks at their processes."""

    home: Path
    work: Path
    folders: list[Path] = field(default_factory=list)

    @property
    def journals(self) -> Path:
        """Where cores note what no run's folder would keep; each is a user of its own."""
        folder = self.home.parent / "journals"
        if not folder.exists():
            folder.mkdir()
            folder.chmod(0o777)
        return folder

    @property
    def launcher(self) -> ProcessLauncher:
        return ProcessLauncher(self.home, python_path=(CORES,), writable=(self.journals,))

    def folder(self) -> Path:
        path = self.work / f"run{len(self.folders)}"
        path.mkdir(parents=True)
        self.folders.append(path)
        return path

    def start(self, do: str, *, limits: Limits = LIMITS, exclusive: bool = False, **more: Any) -> Path:
        folder = self.folder()
        self.launcher.start(folder, self.launch(do, limits=limits, exclusive=exclusive, **more))
        return folder

    @staticmethod
    def launch(do: str, *, limits: Limits = LIMITS, exclusive: bool = False, **more: Any) -> Launch:
        return Launch("runner_test_cores.acting", {"do": do, **more}, {}, limits, exclusive=exclusive)

    def ended(self, folder: Path, timeout_s: float = 60) -> Status:
        status = self.launcher.wait(folder, timeout_s)
        assert status.state == "exited", status
        return status

    def pid(self, folder: Path, role: str) -> int:
        """Of "supervisor", "warden" or "core_process"."""
        until(lambda: role in self.record(folder))
        return int(self.record(folder)[role]["pid"])

    @staticmethod
    def record(folder: Path) -> dict[str, Any]:
        return json.loads((folder / "launch.json").read_text())

    def at_work(self, folder: Path) -> None:
        """Block until the core's own code has said so."""
        until(lambda: (folder / "progress.jsonl").stat().st_size or (folder / "tmp" / "pids").exists())


@pytest.fixture
def gone() -> Callable[[int], None]:
    """Block until this process is dead."""
    return lambda pid: until(lambda: procfs.start_time(pid) is None)


@pytest.fixture
def runs(in_processes: None, tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path / "home", tmp_path / "work")
    yield runs
    for folder in runs.folders:
        runs.launcher.stop(folder)
