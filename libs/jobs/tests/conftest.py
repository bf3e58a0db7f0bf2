"""A record on SQLite, a worker with real processes, and what a test says to them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fresh import embedded
from workbench.jobs import Adapters, Job, Jobs, Kind, Made, Worker
from workbench.jobs.working.execution import Execution
from workbench.runner import Launch, Limits, ProcessLauncher

CORES = Path(__file__).parent / "cores"
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 24, wall_s=60)


@pytest.fixture
def adapters(tmp_path: Path) -> Iterator[Adapters]:
    made = embedded(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def jobs(adapters: Adapters) -> Jobs:
    return adapters.record("here")


@pytest.fixture
def journals(tmp_path: Path) -> Path:
    """Where cores note that they have begun; each is a user of its own."""
    folder = tmp_path / "journals"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def execution(in_processes: None, adapters: Adapters, jobs: Jobs, journals: Path) -> Callable[..., Execution]:
    """The execution of these kinds, on this machine; every call is another worker of the same machine."""
    launcher = ProcessLauncher(adapters.home, python_path=(CORES,), writable=(journals,))
    work = adapters.home / "work"
    work.mkdir(exist_ok=True)
    return lambda *kinds, record=jobs: Execution(record, {kind.name: kind for kind in kinds}, launcher, work)


@dataclass
class Running:
    """A worker in a thread of its own."""

    worker: Worker
    jobs: Jobs

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.worker.run, args=(self._stop,))
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self.jobs.ring()
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture
def working(jobs: Jobs, execution: Callable[..., Execution]) -> Iterator[Callable[..., Running]]:
    """Start a worker for these kinds; it is stopped with the test."""
    started: list[Running] = []

    def start(*kinds: Kind, slots: int = 2, lease_s: float = 3.0) -> Running:
        worker = Worker(execution(*kinds), slots=slots, lease_s=lease_s, poll_s=0.1)
        started.append(Running(worker, jobs))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture
def ended(jobs: Jobs) -> Callable[..., Job]:
    """The job when it has ended, or as it is when that takes too long."""

    def wait(job: Job, timeout_s: float = 60) -> Job:
        deadline = time.monotonic() + timeout_s
        while not job.state.ended and time.monotonic() < deadline:
            job = jobs.wait(job.kind, job.team, job.id, job.seq, 1.0)
        return job

    return wait


@pytest.fixture
def kind() -> Callable[..., Kind]:
    """A kind that runs one of the test cores, or nothing."""

    def make(core: str | None = None, name: str = "thing", inputs: dict[str, str] | None = None, **rest: Any) -> Kind:
        def plan(job: Job, _manifests: Any) -> Launch | None:
            spec = dict(job.request)
            return Launch(f"jobs_test_cores.{core}", spec, inputs or {}, LIMITS) if core else None

        def publish(job: Job, result: Any, files: Any, _manifests: Any) -> Made:
            return Made(name, result or dict(job.request), files)

        return Kind(name, **{"plan": plan, "publish": publish, "max_attempts": 3, **rest})

    return make
