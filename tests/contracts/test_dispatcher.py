"""A dispatcher on every record there is; its behaviour in detail is tested beside it, in libs/jobs."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventually import until
from runs.place import ProcessPlace
from workbench.jobs import Adapters, Job, Jobs, Kind, Made, State
from workbench.jobs.pods.dispatcher import Dispatcher
from workbench.jobs.pods.dispatching import Dispatching
from workbench.runner import Launch, Limits

CORES = Path(__file__).parent / "cores"
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=60)


def core(name: str) -> Kind:
    return Kind(
        name,
        plan=lambda job, _manifests: Launch(f"workbench_test_cores.{name}", dict(job.request), {}, LIMITS),
        publish=lambda _job, result, files, _manifests: Made("thing", result, files),
    )


GOOD, SLEEPING = core("good"), core("sleeping")


@pytest.fixture
def jobs(adapters: Adapters) -> Iterator[Jobs]:
    """With a dispatcher at work."""
    record, work = adapters.record("here"), adapters.home / "work"
    work.mkdir(parents=True)
    place = ProcessPlace(adapters.home, record, CORES)
    carrying = Dispatching(record, {kind.name: kind for kind in (GOOD, SLEEPING)}, place, work)
    stop = threading.Event()
    thread = threading.Thread(target=Dispatcher(carrying, slots=8, lease_s=3600).run, args=(stop,))
    thread.start()
    yield record
    stop.set()
    thread.join(20)
    place.close()
    assert not thread.is_alive()
    until(lambda: not [each for each in threading.enumerate() if each.name.startswith("here-")])
    for folder in work.iterdir():
        place.stop(folder)


def ended(jobs: Jobs, job: Job) -> Job:
    until(lambda: jobs.find(job.id).state.ended)
    return jobs.find(job.id)


def test_jobs_of_two_teams_are_carried_out_once(jobs: Jobs) -> None:
    submitted = [jobs.submit(GOOD, team, {"word": "hello"}) for team in "ab" * 5]

    done = [ended(jobs, job) for job in submitted]

    assert {(job.state, job.attempt) for job in done} == {(State.SUCCEEDED, 1)}
    assert all("a line of the log" in jobs.log(job, 0)[0] for job in done)


def test_a_cancelled_job_ends_soon(jobs: Jobs) -> None:
    job = jobs.submit(SLEEPING, "a", {})
    until(lambda: jobs.find(job.id).state is State.RUNNING)

    jobs.cancel(SLEEPING.name, "a", job.id)

    assert ended(jobs, job).state is State.CANCELLED
