"""Who gets which job: never two workers the same, and no team because it asked first or most."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from queued import queue
from sqlalchemy import text
from workbench.jobs import Adapters, Job, Jobs, Kind, LeaseLost, Made, State, claim, expire_leases
from workbench.jobs.record.outlook import COUNTED, Outlook
from workbench.jobs.working import lease
from workbench.jobs.working.claim import claim_some
from workbench.jobs.working.slots import Slots
from workbench.problems.common import JobFinished, RunFailed
from workbench.store import Manifest

THING = Kind("thing", plan=lambda _job, _manifests: None, publish=lambda job, *_: Made("thing", dict(job.request)))


@pytest.fixture
def jobs(adapters: Adapters) -> Jobs:
    return adapters.record("here")


def fill(jobs: Jobs, team: str, count: int, state: str = "queued") -> None:
    """Many rows at once, as if submitted an hour ago."""
    ended = {"started_at": 1.0, "finished_at": 2.0} if state == "succeeded" else {}
    queue(jobs, [{"id": f"{team}-{state}-{number}", "team": team, "state": state, **ended} for number in range(count)])


def take(jobs: Jobs, lease_s: float = 30, kinds: tuple[str, ...] = ("thing",)) -> Job | None:
    return claim(jobs, kinds, "worker", lease_s)


def take_some(jobs: Jobs, most: int) -> list[Job]:
    return claim_some(jobs, ["thing"], "worker", 30, most)


def end(jobs: Jobs, job: Job) -> None:
    lease.accept_manifest(jobs, job, Manifest("thing", job.id, job.team, "").text(), {})
    lease.succeed(jobs, job)


def test_a_thousand_jobs_of_one_team_delay_anothers_first_by_no_more_than_the_running_one(jobs: Jobs) -> None:
    fill(jobs, "greedy", 1000)
    running = take(jobs)
    modest = jobs.submit(THING, "modest", {})
    end(jobs, running)

    assert running.team == "greedy"
    assert take(jobs).id == modest.id


def test_one_worker_serves_teams_in_turn_whatever_each_has_queued(jobs: Jobs) -> None:
    for team, count in (("a", 100), ("b", 3), ("c", 3)):
        fill(jobs, team, count)
    served = []
    for _ in range(9):
        job = take(jobs)
        served.append(job.team)
        end(jobs, job)

    assert Counter(served) == {"a": 3, "b": 3, "c": 3}
    assert all(set(served[at : at + 3]) == {"a", "b", "c"} for at in (0, 3, 6))


def test_the_team_with_fewer_running_jobs_comes_first(jobs: Jobs) -> None:
    fill(jobs, "a", 10)
    for _ in range(3):
        take(jobs)
    fill(jobs, "b", 10)

    assert [take(jobs).team for _ in range(3)] == ["b", "b", "b"]


def test_jobs_of_one_team_go_in_the_order_they_came(jobs: Jobs) -> None:
    ids = [jobs.submit(THING, "a", {"number": number}).id for number in range(5)]

    assert [take(jobs).id for _ in range(5)] == ids


def test_many_at_once_are_the_ones_that_one_by_one_would_have_taken(jobs: Jobs) -> None:
    fill(jobs, "a", 10)
    for _ in range(3):
        take(jobs)
    for team, count in (("b", 10), ("c", 1)):
        fill(jobs, team, count)

    taken = take_some(jobs, 7)
    while len(taken) < 7:  # it cannot know that c has but one
        taken += take_some(jobs, 7 - len(taken))

    assert [job.team for job in taken[:2]] in (["b", "c"], ["c", "b"])
    assert Counter(job.team for job in taken) == Counter(a=2, b=4, c=1)
    assert [job.id for job in taken if job.team == "b"] == [f"b-queued-{number}" for number in range(4)]
    assert {job.state for job in taken} == {State.RUNNING}


def test_many_at_once_are_no_more_than_there_are(jobs: Jobs) -> None:
    fill(jobs, "a", 3)

    assert len(take_some(jobs, 2)) == 2
    assert len(take_some(jobs, 2)) == 1
    assert take_some(jobs, 2) == []


def test_many_at_once_are_first_what_a_dead_worker_left(jobs: Jobs) -> None:
    fill(jobs, "a", 4)
    left = {take(jobs, lease_s=-1).id for _ in range(1)}

    first, then = take_some(jobs, 3), take_some(jobs, 3)

    assert {job.id for job in first} == left
    assert [(job.fence, job.attempt) for job in first] == [(2, 2)]
    assert len(then) == 3


def test_eight_that_claim_many_at_once_never_get_the_same_job(jobs: Jobs) -> None:
    for team in ("a", "b", "c"):
        fill(jobs, team, 60)
    got: list[Job] = []

    def work() -> None:
        while len(got) < 180:
            got.extend(take_some(jobs, 5))

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(work) for _ in range(8)]:
            future.result(60)

    assert len(got) == len({job.id for job in got}) == 180


def test_a_worker_takes_only_kinds_it_knows(jobs: Jobs) -> None:
    fill(jobs, "a", 3)
    other = jobs.submit(Kind("other", plan=THING.plan, publish=THING.publish), "a", {})

    assert take(jobs, kinds=("other",)).id == other.id
    assert take(jobs, kinds=("other",)) is None
    assert take(jobs, kinds=("unheard-of",)) is None


def test_what_a_dead_worker_left_comes_before_anything_queued(jobs: Jobs) -> None:
    left = jobs.submit(THING, "a", {})
    take(jobs, lease_s=-1)
    jobs.submit(THING, "b", {})

    again = take(jobs)

    assert (again.id, again.attempt, again.fence) == (left.id, 2, 2)


def test_eight_claimers_never_get_the_same_job_and_serve_every_team(jobs: Jobs) -> None:
    for team in ("a", "b", "c"):
        fill(jobs, team, 60)
    got: list[Job] = []

    def work() -> int:
        count = 0
        while (job := take(jobs)) is not None:
            got.append(job)
            count += 1
        return count

    with ThreadPoolExecutor(8) as pool:
        shares = [future.result(60) for future in [pool.submit(work) for _ in range(8)]]

    assert len(got) == len({job.id for job in got}) == 180
    assert min(shares) > 0
    # Between claims that overlap the counts may be stale, so the order is fair to within the claimers.
    assert set(Counter(job.team for job in got[:60]).values()) <= set(range(12, 29))


def test_a_claimer_finds_another_job_while_the_first_is_being_taken(adapters: Adapters, jobs: Jobs) -> None:
    if jobs.engine.dialect.name == "sqlite":
        pytest.skip("SQLite's writers take turns, so no claim is ever half done")
    fill(jobs, "a", 1)
    fill(jobs, "b", 1)
    with jobs.engine.begin() as other:
        other.execute(text("select id from jobs where team = 'a' for update"))
        began = time.monotonic()
        job = take(jobs)
        took_s = time.monotonic() - began

    assert job.team == "b"
    assert took_s < 7, "it would have waited for its time for a lock"


def test_cancel_and_claim_in_the_same_moment_agree_on_one_outcome(jobs: Jobs) -> None:
    for _ in range(30):
        job = jobs.submit(THING, "a", {})
        barrier = threading.Barrier(2)

        def cancel(job: Job = job, barrier: threading.Barrier = barrier) -> Job:
            barrier.wait()
            return jobs.cancel("thing", "a", job.id)

        def start(barrier: threading.Barrier = barrier) -> Job | None:
            barrier.wait()
            return take(jobs)

        with ThreadPoolExecutor(2) as pool:
            cancelling, starting = pool.submit(cancel), pool.submit(start)
            cancelling.result(30)
            started = starting.result(30)
        now = jobs.find(job.id)
        if started is None:
            assert now.state is State.CANCELLED
        else:
            assert (now.state, now.cancel_requested) == (State.RUNNING, True)
            lease.end_cancelled(jobs, started)


def test_leases_run_on_the_databases_clock(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    if jobs.engine.dialect.name == "sqlite":
        pytest.skip("SQLite's workers are on one machine and share its clock")
    jobs.submit(THING, "a", {})
    held = take(jobs, lease_s=60)
    late = time.time() + 3600
    monkeypatch.setattr(time, "time", lambda: late)

    assert take(jobs) is None
    lease.renew(jobs, [held], 60)
    monkeypatch.undo()
    with jobs.engine.connect() as connection:
        until = connection.execute(text("select lease_until from jobs")).scalar_one()
    assert until < time.time() + 120


@pytest.mark.parametrize("jump_s", [3600, -3600])
def test_a_clock_that_jumps_takes_no_job_from_the_worker_that_holds_it(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    """On SQLite the clock of leases is the machine's, which its administrator may set."""
    jobs.submit(THING, "a", {})
    held = take(jobs, lease_s=60)
    late = time.time() + jump_s
    monkeypatch.setattr(time, "time", lambda: late)
    ours = Slots(2, Counter({("a", ""): 1}), holding=frozenset({(held.id, held.fence)}))

    assert claim_some(jobs, ["thing"], "worker", 60, 1, ours) == []
    lease.renew(jobs, [held], 60)
    assert take(jobs) is None
    end(jobs, held)


def test_a_renewed_lease_is_kept_and_a_lost_one_stays_lost(jobs: Jobs) -> None:
    jobs.submit(THING, "a", {})
    first = take(jobs, lease_s=0.3)
    lease.renew(jobs, [first], 30)
    time.sleep(0.5)
    assert take(jobs) is None

    expire_leases(jobs)
    second = take(jobs, lease_s=-1)
    lease.renew(jobs, [first], 30)
    third = take(jobs)

    assert (second.fence, third.fence) == (2, 3)
    with pytest.raises(LeaseLost):
        lease.check(jobs, second)


def test_a_job_given_back_is_claimed_at_once_and_no_attempt_is_counted(jobs: Jobs) -> None:
    jobs.submit(THING, "a", {})
    given_back = take(jobs, lease_s=3600)
    lease.give_back(jobs, given_back)

    with pytest.raises(LeaseLost):
        lease.check(jobs, given_back)
    again = take(jobs)

    assert again.attempt == 1
    assert again.fence > given_back.fence


def test_a_job_that_is_retried_keeps_its_place_and_its_cancel(jobs: Jobs) -> None:
    first = jobs.submit(THING, "a", {})
    jobs.submit(THING, "a", {})
    held = take(jobs)
    jobs.cancel("thing", "a", first.id)
    lease.retry(jobs, held)

    again = take(jobs)

    assert (again.id, again.attempt) == (first.id, 2)
    with pytest.raises(lease.Cancelled):
        lease.check(jobs, again)


@pytest.mark.parametrize("ending", ["succeed", "fail", "cancel"])
def test_a_job_ends_once(jobs: Jobs, ending: str) -> None:
    jobs.submit(THING, "a", {})
    job = take(jobs)
    ways: dict[str, Callable[[], Job]] = {
        "succeed": lambda: lease.succeed(jobs, job),
        "fail": lambda: lease.fail(jobs, job, RunFailed("crashed", "it fell")),
        "cancel": lambda: lease.end_cancelled(jobs, job),
    }
    ended = ways[ending]()

    assert ended.state.ended
    for way in ways.values():
        with pytest.raises(LeaseLost):
            way()
    with pytest.raises(JobFinished):
        jobs.cancel("thing", "a", job.id)
    assert take(jobs) is None


def test_a_claim_costs_no_more_among_ten_thousand_queued_and_twenty_thousand_finished(jobs: Jobs) -> None:
    def median_ms() -> float:
        took = []
        for _ in range(15):
            began = time.perf_counter()
            assert take(jobs) is not None
            took.append((time.perf_counter() - began) * 1000)
        return statistics.median(took)

    fill(jobs, "a", 50)
    few = median_ms()
    fill(jobs, "b", 10_000)
    fill(jobs, "c", 20_000, "succeeded")

    # A cost that grew with either would be a hundred times as much.
    assert median_ms() < 5 * few + 10


def test_a_waiting_job_knows_how_many_come_before_it(jobs: Jobs) -> None:
    fill(jobs, "greedy", 1000)
    mine = [jobs.submit(THING, "modest", {}) for _ in range(3)]

    assert [jobs.outlook.turns_before(job) for job in mine] == [1, 3, 5]
    later = jobs.submit(THING, "modest", {})
    assert jobs.outlook.turns_before(later) == 7


def test_a_waiting_job_is_told_about_how_long_from_what_recent_ones_took(jobs: Jobs) -> None:
    outlook = Outlook(jobs.engine, kept_s=0.0)
    waiting = jobs.submit(THING, "a", {})
    assert outlook.expected_wait_s(waiting) is None

    fill(jobs, "b", 5, "succeeded")  # each took a second

    assert outlook.expected_wait_s(waiting) == pytest.approx(1.0)
    fill(jobs, "a", 10)  # older, so before it
    assert outlook.expected_wait_s(waiting) == pytest.approx(11.0)
    for _ in range(2):  # two run side by side
        take(jobs)
    assert outlook.expected_wait_s(waiting) == pytest.approx(4.5)


def test_nobody_counts_beyond_what_a_person_would_wait_for(jobs: Jobs) -> None:
    fill(jobs, "a", COUNTED + 10)
    fill(jobs, "b", 1)
    last = jobs.submit(THING, "a", {})

    assert jobs.outlook.turns_before(last) is None
    assert jobs.outlook.expected_wait_s(last) is None
    assert jobs.outlook.turns_before(jobs.submit(THING, "b", {})) == 1 + 2
