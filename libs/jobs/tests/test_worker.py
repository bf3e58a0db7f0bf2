"""A worker fills its slots, survives what goes wrong around it, and stops without harming what runs."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from eventually import until
from sqlalchemy import select
from workbench.jobs import Conduct, Job, Jobs, Kind, Made, State, StillRunning, Worker, claim, expire_leases
from workbench.jobs.problems import DatabaseAway
from workbench.jobs.record.tables import jobs as table
from workbench.jobs.working import lease
from workbench.problems.common import NotFound


class Gate:
    """A plan that waits until it may pass, and remembers how many were inside at once."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.inside = self.most = 0
        self._lock = threading.Lock()

    def plan(self, *_: Any) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.open.wait(20)
        with self._lock:
            self.inside -= 1


def test_jobs_for_one_target_take_no_slot_of_those_for_another(jobs: Jobs, kind: Any, working: Any) -> None:
    measuring, looking = Gate(), Gate()
    profile = kind(plan=measuring.plan, name="profile", target=lambda _: "local", measures=True)
    target = kind(plan=looking.plan, name="target")
    for _ in range(5):
        jobs.submit(profile, "a", {})
    working(profile, target, slots=2)
    until(lambda: measuring.inside == 1)

    jobs.submit(target, "a", {})
    until(lambda: looking.inside == 1)
    jobs.submit(profile, "b", {})
    until(lambda: measuring.inside == 2)

    assert measuring.most == 2
    measuring.open.set()
    looking.open.set()


def test_a_worker_runs_as_many_at_once_as_it_has_slots(jobs: Jobs, kind: Any, working: Any, ended: Any) -> None:
    gate = Gate()
    gated = kind(plan=gate.plan)
    submitted = [jobs.submit(gated, "a", {"number": number}) for number in range(6)]
    working(gated, slots=3)
    until(lambda: gate.inside == 3)
    time.sleep(0.3)
    assert gate.inside == 3

    gate.open.set()

    assert {ended(job).state for job in submitted} == {State.SUCCEEDED}
    assert gate.most == 3


def lease_until(jobs: Jobs, job: Job) -> float:
    with jobs.engine.connect() as connection:
        return float(connection.execute(select(table.c.lease_until).where(table.c.id == job.id)).scalar_one())


def test_a_long_job_keeps_its_lease(jobs: Jobs, kind: Any, working: Any, ended: Any) -> None:
    gate = Gate()
    gated = kind(plan=gate.plan)
    job = jobs.submit(gated, "a", {})
    working(gated, lease_s=4)
    until(lambda: gate.inside == 1)
    first = lease_until(jobs, job)

    until(lambda: lease_until(jobs, job) > first)

    assert claim(jobs, ["thing"], "thief", 30) is None
    gate.open.set()
    assert (ended(job).state, ended(job).attempt) == (State.SUCCEEDED, 1)


def test_a_bell_wakes_a_worker_long_before_it_would_look_by_itself(
    jobs: Jobs, kind: Any, execution: Any, ended: Any
) -> None:
    plain = kind()
    stop = threading.Event()
    worker = threading.Thread(target=Worker(execution(plain), slots=1, poll_s=3600).run, args=(stop,))
    worker.start()
    time.sleep(0.3)

    job = ended(jobs.submit(plain, "a", {}), 60)
    stop.set()
    jobs.ring()
    worker.join(10)

    assert job.state is State.SUCCEEDED


def test_a_worker_that_stops_gives_back_what_it_holds_and_claims_no_more(
    jobs: Jobs, kind: Any, working: Any, ended: Any
) -> None:
    gate = Gate()
    gated = kind(plan=gate.plan)
    first, second = jobs.submit(gated, "a", {}), jobs.submit(gated, "a", {})
    leaving = working(gated, slots=1, lease_s=3600)
    until(lambda: gate.inside == 1)
    leaving.stop()

    assert (jobs.find(first.id).state, jobs.find(first.id).attempt) == (State.RUNNING, 0)
    assert jobs.find(second.id).state is State.QUEUED
    working(gated, slots=2)
    until(lambda: gate.inside == 3)
    gate.open.set()
    assert [ended(job).state for job in (first, second)] == [State.SUCCEEDED, State.SUCCEEDED]
    assert ended(first).attempt == 1


def test_what_only_drives_other_jobs_ends_with_its_worker_though_nobody_takes_it_over(
    jobs: Jobs, kind: Any, working: Any
) -> None:
    began, ended = threading.Event(), threading.Event()

    def wait_for_an_answer_that_never_comes(context: Conduct) -> Made:
        began.set()
        try:
            while True:
                context.report({"stage": "waiting", "fraction": 0.0, "message": ""})
                context.sleep(30)
        finally:
            ended.set()

    driving = Kind("thing", conduct=wait_for_an_answer_that_never_comes)
    jobs.submit(driving, "a", {})
    leaving = working(driving, lease_s=3600)
    assert began.wait(20)

    leaving.stop()

    assert ended.is_set()


def test_a_worker_outlives_a_database_that_is_away(
    jobs: Jobs, kind: Any, working: Any, ended: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = kind()
    asked: list[int] = []

    def away(*_: Any, **__: Any) -> None:
        asked.append(1)
        raise DatabaseAway

    with monkeypatch.context() as absent:
        absent.setattr("workbench.jobs.working.worker.claim_some", away)
        working(plain)
        job = jobs.submit(plain, "a", {})
        until(lambda: len(asked) > 2)

    assert ended(job).state is State.SUCCEEDED


def test_what_every_other_holder_left_can_be_taken_at_once_by_who_knows_them_dead(jobs: Jobs, kind: Any) -> None:
    jobs.submit(kind(), "a", {})
    claim(jobs, ["thing"], "dead", 3600)
    assert claim(jobs, ["thing"], "next", 30) is None

    expire_leases(jobs)

    assert claim(jobs, ["thing"], "next", 30).attempt == 2


def test_who_waits_for_a_job_hears_of_each_change(jobs: Jobs, kind: Any) -> None:
    job = jobs.submit(kind(), "a", {})
    changed: list[State] = []

    def follow() -> None:
        seen = job
        while not seen.state.ended:
            seen = jobs.wait("thing", "a", job.id, seen.seq, 10)
            changed.append(seen.state)

    follower = threading.Thread(target=follow)
    follower.start()
    claim(jobs, ["thing"], "w", 30)
    until(lambda: changed == [State.RUNNING])
    jobs.cancel("thing", "a", job.id)
    until(lambda: len(changed) == 2)
    expire_leases(jobs)

    lease.end_cancelled(jobs, claim(jobs, ["thing"], "w", 30))
    follower.join(10)

    assert changed[-1] is State.CANCELLED


def test_waiting_for_nothing_new_ends_with_the_timeout(jobs: Jobs, kind: Any) -> None:
    job = jobs.submit(kind(), "a", {})
    began = time.monotonic()

    assert jobs.wait("thing", "a", job.id, job.seq, 0.5) == job
    assert 0.4 < time.monotonic() - began < 60


def test_a_deleted_job_is_forgotten_with_its_log_and_a_running_one_is_not(jobs: Jobs, kind: Any) -> None:

    jobs.submit(kind(), "a", {})
    job = claim(jobs, ["thing"], "w", 30)
    lease.append_log(jobs, job, "text")
    with pytest.raises(StillRunning):
        jobs.delete("thing", "a", job.id)
    with pytest.raises(NotFound):
        jobs.delete("thing", "b", job.id)
    jobs.cancel("thing", "a", job.id)
    ended = lease.end_cancelled(jobs, job)

    jobs.delete("thing", "a", job.id)

    assert jobs.find(job.id) is None
    assert jobs.log(ended, 0) == ("", 0)
