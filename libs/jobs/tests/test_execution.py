"""One job from claim to end, whatever happens on the way: real processes, a real store, real deaths."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from structlog.contextvars import bound_contextvars, get_contextvars
from workbench.jobs import Adapters, DatabaseAway, Job, Jobs, Kind, State, claim
from workbench.jobs.record.logs import LOG_LIMIT
from workbench.jobs.working import lease
from workbench.problems import Problem
from workbench.problems.common import NotFound
from workbench.store import FileStore, Keys, Manifest, Manifests, NoRoom, StoreAway

WAITS_S = 30


def starts(journal: Path) -> int:
    return len(list(journal.parent.glob(f"{journal.name}-*")))


@dataclass
class Faulty(FileStore):
    """A real store on a directory whose next writes below a prefix fail, as a full or absent one's would."""

    root: Path
    fault: type[Exception] = StoreAway
    prefix: str = "nothing/"
    times: int = 0
    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        FileStore.__init__(self, self.root)

    def put(self, key: str, data: bytes) -> None:
        self._perhaps(key)
        super().put(key, data)

    def put_stream(self, key: str, source: Any) -> tuple[str, int]:
        self._perhaps(key)
        return super().put_stream(key, source)

    def _perhaps(self, key: str) -> None:
        self.asked.append(key)
        if key.startswith(self.prefix) and self.times > 0:
            self.times -= 1
            raise self.fault(28, "as asked") if self.fault is NoRoom else self.fault("as asked")


@pytest.fixture
def faulty(adapters: Adapters, jobs: Jobs) -> Jobs:
    """The record on a store that can be told to fail."""
    jobs.store = Faulty(adapters.home / "store")
    return jobs


# -- adoption ---------------------------------------------------------------------------------------


def test_a_run_goes_on_while_its_worker_stops_and_the_next_one_adopts_it(
    jobs: Jobs, kind: Any, working: Any, ended: Any, tmp_path: Path
) -> None:
    journal = tmp_path / "journals" / "journal"
    counting = kind("counting")
    first = working(counting)
    job = jobs.submit(counting, "a", {"journal": str(journal), "takes_s": 3})
    until(lambda: starts(journal) == 1)
    first.stop()
    given_back = jobs.find(job.id)
    working(counting)

    done = ended(job)

    assert (given_back.state, given_back.attempt) == (State.RUNNING, 0)
    assert (done.state, done.attempt, done.result) == (State.SUCCEEDED, 1, {"kind": "thing", "id": job.id})
    assert starts(journal) == 1
    assert jobs.log(done, 0)[0].count("counting") == 1


def test_a_run_whose_worker_died_is_adopted_when_the_lease_is_over(
    jobs: Jobs, kind: Any, execution: Any, working: Any, ended: Any, tmp_path: Path
) -> None:
    journal = tmp_path / "journals" / "journal"
    counting = kind("counting")
    job = jobs.submit(counting, "a", {"journal": str(journal), "takes_s": 2})
    held = claim(jobs, ["thing"], "dies", 1.0)  # and never renews
    dying = threading.Thread(target=execution(counting).carry_out, args=(held,))
    dying.start()
    until(lambda: starts(journal) == 1)
    working(counting)

    done = ended(job)

    dying.join(10)
    assert (done.state, done.attempt, done.fence) == (State.SUCCEEDED, 2, 2)
    assert starts(journal) == 1
    assert Manifest.parse(done.manifest).facts == {"count": 3}


def test_two_workers_that_both_think_they_hold_a_job_publish_it_once(
    jobs: Jobs, kind: Any, execution: Any, tmp_path: Path
) -> None:
    journal = tmp_path / "journals" / "journal"
    counting = kind("counting")
    job = jobs.submit(counting, "a", {"journal": str(journal), "takes_s": 1.5})
    stale = claim(jobs, ["thing"], "stale", -1)
    fresh = claim(jobs, ["thing"], "fresh", 30)
    both = [threading.Thread(target=execution(counting).carry_out, args=(held,)) for held in (stale, fresh)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(WAITS_S)

    done = jobs.find(job.id)
    assert (done.state, done.fence) == (State.SUCCEEDED, fresh.fence)
    assert starts(journal) == 1
    assert jobs.store.get(Keys("a").manifest("thing", job.id)) == done.manifest.encode()


def test_a_manifest_that_was_accepted_is_written_with_the_same_bytes_by_whoever_comes_next(
    jobs: Jobs, kind: Any, execution: Any
) -> None:
    plain = kind()
    jobs.submit(plain, "a", {"x": 1})
    text = Manifest("thing", "other-time", "a", "1999").text()
    held = claim(jobs, ["thing"], "dies", -1)
    lease.accept_manifest(jobs, held, text, {"kind": "thing", "id": held.id})

    execution(plain).carry_out(claim(jobs, ["thing"], "next", 30))

    assert jobs.find(held.id).manifest == text
    assert jobs.store.get(Keys("a").manifest("thing", "other-time")) == text.encode()


# -- faults of the machinery, and faults of the input -----------------------------------------------


def test_a_killed_core_is_started_again_and_the_job_succeeds(
    jobs: Jobs, kind: Any, working: Any, ended: Any, tmp_path: Path
) -> None:
    flaky = kind("flaky")
    working(flaky)

    job = ended(jobs.submit(flaky, "a", {"journal": str(tmp_path / "journals" / "journal"), "deaths": 2}))

    assert (job.state, job.attempt) == (State.SUCCEEDED, 3)
    assert starts(tmp_path / "journals" / "journal") == 3


def test_a_core_that_always_dies_ends_failed_after_the_last_attempt(
    jobs: Jobs, kind: Any, working: Any, ended: Any, tmp_path: Path
) -> None:
    flaky = kind("flaky")
    working(flaky)

    job = ended(jobs.submit(flaky, "a", {"journal": str(tmp_path / "journals" / "journal"), "deaths": 99}))

    assert (job.state, job.attempt) == (State.FAILED, 3)
    assert job.error["type"].endswith(":too-many-attempts")
    assert starts(tmp_path / "journals" / "journal") == 3
    assert "Trying again" in jobs.log(job, 0)[0]


@pytest.mark.parametrize("where", ["plan", "publish"])
def test_a_job_that_our_own_code_chokes_on_ends_failed_and_others_go_on(
    jobs: Jobs, kind: Any, working: Any, ended: Any, where: str
) -> None:
    def choke(*_: Any) -> Any:
        raise ZeroDivisionError("a defect of ours")

    poison = kind(name="poison", **{where: choke})
    plain = kind()
    working(poison, plain, slots=1)

    bad, good = jobs.submit(poison, "a", {}), jobs.submit(plain, "a", {})
    bad, good = ended(bad), ended(good)

    assert (bad.state, bad.attempt) == (State.FAILED, 3)
    assert "ZeroDivisionError" not in str(bad.error)
    assert "incident" in str(bad.error)
    assert good.state is State.SUCCEEDED


def test_a_worker_that_dies_over_a_job_each_time_does_not_get_it_for_ever(
    jobs: Jobs, kind: Any, execution: Any
) -> None:
    plain = kind()
    jobs.submit(plain, "a", {})
    for _ in range(3):
        assert claim(jobs, ["thing"], "dies", -1) is not None

    execution(plain).carry_out(claim(jobs, ["thing"], "lives", 30))

    job = jobs.list("thing", "a").items[0]
    assert (job.state, job.attempt) == (State.FAILED, 4)
    assert "3 attempts" in job.error["detail"]


def test_a_refusal_of_plan_ends_the_job_at_once(jobs: Jobs, kind: Any, working: Any, ended: Any) -> None:
    def refuse(*_: Any) -> Any:
        raise NotFound("model", "gone")

    gone = kind(plan=refuse)
    working(gone)

    job = ended(jobs.submit(gone, "a", {}))

    assert (job.state, job.attempt) == (State.FAILED, 1)
    assert job.error["type"].endswith(":not-found")


def test_an_input_whose_bytes_have_changed_is_never_computed_with(
    jobs: Jobs, kind: Any, working: Any, ended: Any
) -> None:
    digest = hashlib.sha256(b"right").hexdigest()
    jobs.store.put(Keys("a").blob(digest), b"wrong")
    careful = kind("reading", inputs={"a.txt": digest}, max_attempts=1)
    working(careful)

    job = ended(jobs.submit(careful, "a", {}))

    assert job.state is State.FAILED
    jobs.store.put(Keys("a").blob(digest), b"right")
    job = ended(jobs.submit(careful, "a", {}))
    assert Manifest.parse(job.manifest).facts == {"read": "right"}


def test_a_flood_of_log_is_cut_and_the_job_succeeds(jobs: Jobs, kind: Any, working: Any, ended: Any) -> None:
    shouting = kind("shouting")
    working(shouting)

    job = ended(jobs.submit(shouting, "a", {}))

    assert job.state is State.SUCCEEDED
    assert jobs.log(job, 0)[1] <= LOG_LIMIT


# -- servers that are away, and a store that is full ------------------------------------------------


def test_a_store_that_is_away_is_waited_for_and_is_no_attempt_of_the_job(
    faulty: Jobs, kind: Any, working: Any, ended: Any, tmp_path: Path
) -> None:
    counting = kind("counting")
    faulty.store.prefix, faulty.store.times = "teams/a/runs/", 3
    working(counting)

    job = ended(faulty.submit(counting, "a", {"journal": str(tmp_path / "journals" / "journal"), "takes_s": 0}))

    assert (job.state, job.attempt) == (State.SUCCEEDED, 1)
    assert starts(tmp_path / "journals" / "journal") == 1


def test_a_job_says_that_it_waits_for_the_store_and_no_longer_when_it_is_back(
    faulty: Jobs, kind: Any, working: Any, ended: Any
) -> None:
    plain = kind()
    faulty.store.prefix, faulty.store.times = "teams/a/manifests/", 99
    working(plain)

    job = faulty.submit(plain, "a", {"x": 1})

    until(lambda: "object store" in (faulty.find(job.id).waiting_for or ""))
    assert faulty.find(job.id).state is State.RUNNING
    faulty.store.times = 0
    assert (ended(job).state, ended(job).waiting_for) == (State.SUCCEEDED, None)


def test_a_store_away_between_accepting_and_writing_a_manifest_changes_no_byte_of_it(
    faulty: Jobs, kind: Any, working: Any, ended: Any
) -> None:
    plain = kind()
    faulty.store.prefix, faulty.store.times = "teams/a/manifests/", 2
    working(plain)
    job = faulty.submit(plain, "a", {"x": 1})
    until(lambda: faulty.find(job.id).manifest is not None)
    accepted = faulty.find(job.id).manifest

    job = ended(job)

    assert job.state is State.SUCCEEDED
    assert job.manifest == accepted
    assert faulty.store.get(Keys("a").manifest("thing", job.id)) == accepted.encode()


def test_a_full_store_ends_the_job_with_a_problem_that_says_so(
    faulty: Jobs, kind: Any, working: Any, ended: Any, tmp_path: Path
) -> None:
    counting = kind("counting")
    faulty.store.fault, faulty.store.prefix, faulty.store.times = NoRoom, "teams/a/runs/", 99
    working(counting)

    job = ended(faulty.submit(counting, "a", {"journal": str(tmp_path / "journals" / "journal"), "takes_s": 0}))

    assert (job.state, job.attempt) == (State.FAILED, 1)
    assert job.error["type"].endswith(":storage-full")
    until(lambda: not list((tmp_path / "home" / "work").iterdir()))


def test_a_database_away_while_a_job_is_planned_is_no_refusal(jobs: Jobs, kind: Any, working: Any, ended: Any) -> None:
    asked: list[int] = []

    def plan(*_: Any) -> None:
        asked.append(1)
        if len(asked) < 3:
            raise DatabaseAway

    patient = kind(plan=plan)
    working(patient)

    job = ended(jobs.submit(patient, "a", {}))

    assert (job.state, job.attempt, len(asked)) == (State.SUCCEEDED, 1, 3)


# -- cancel -----------------------------------------------------------------------------------------


def test_a_queued_job_is_cancelled_at_once_and_lets_go_of_what_it_held(jobs: Jobs, kind: Any) -> None:
    manifests = Manifests(jobs.store, "a")
    manifests.write(Manifest("model", "m", "a", "").text())
    holding = kind(needs=lambda request: [("model", request["model"])])
    part = Keys("a").upload("j", "part")
    job = jobs.submit(holding, "a", {"model": "m", "files": [{"name": "part", "key": part}]}, job_id="j")
    jobs.store.put(part, b"...")
    assert manifests.holders("m") == [job.holder]

    assert jobs.cancel("thing", "a", job.id).state is State.CANCELLED
    assert manifests.holders("m") == []
    assert list(jobs.store.list(Keys("a").upload(job.id))) == []


def test_a_running_core_is_really_stopped_by_a_cancel(
    jobs: Jobs, kind: Any, working: Any, ended: Any, tmp_path: Path
) -> None:
    counting = kind("counting")
    working(counting)
    job = jobs.submit(counting, "a", {"journal": str(tmp_path / "journals" / "journal"), "takes_s": 600})
    until(lambda: starts(tmp_path / "journals" / "journal") == 1)

    jobs.cancel("thing", "a", job.id)

    assert ended(job).state is State.CANCELLED
    until(lambda: not _alive(job.id))
    until(lambda: not (tmp_path / "home" / "work" / job.id).exists())


def test_a_cancel_of_a_job_whose_worker_died_is_obeyed_by_the_next(
    jobs: Jobs, kind: Any, working: Any, ended: Any
) -> None:
    plain = kind()
    job = jobs.submit(plain, "a", {})
    claim(jobs, ["thing"], "dies", 0.2)
    jobs.cancel("thing", "a", job.id)
    working(plain)

    assert ended(job).state is State.CANCELLED


def test_a_cancel_after_the_manifest_was_accepted_comes_too_late(jobs: Jobs, kind: Any, execution: Any) -> None:
    plain = kind()
    job = jobs.submit(plain, "a", {})
    held = claim(jobs, ["thing"], "w", 30)
    lease.accept_manifest(jobs, held, Manifest("thing", job.id, "a", "").text(), {"kind": "thing", "id": job.id})
    jobs.cancel("thing", "a", job.id)

    execution(plain).carry_out(held)

    assert jobs.find(job.id).state is State.SUCCEEDED


def test_a_conducted_job_hears_of_a_cancel_and_may_say_why_it_ends(jobs: Jobs, working: Any, ended: Any) -> None:
    def conduct(context: Any) -> Any:
        context.log("began")
        while True:
            context.report({"stage": "driving", "fraction": 0.1, "message": ""}, "the others")
            context.sleep(0.1)

    driving = Kind("drive", conduct=conduct)
    working(driving)
    job = jobs.submit(driving, "a", {})
    until(lambda: jobs.find(job.id).waiting_for == "the others")
    jobs.cancel("drive", "a", job.id)

    job = ended(job)

    assert (job.state, job.waiting_for) == (State.CANCELLED, None)
    assert "began" in jobs.log(job, 0)[0]


# -- what an ended job leaves -----------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["succeeded", "failed"])
def test_an_ended_job_holds_nothing_and_leaves_no_folder(
    jobs: Jobs, kind: Any, working: Any, ended: Any, tmp_path: Path, ending: str
) -> None:
    manifests = Manifests(jobs.store, "a")
    manifests.write(Manifest("model", "m", "a", "").text())

    def perhaps(*_: Any) -> None:
        if ending == "failed":
            raise Sorry

    holding = kind(plan=perhaps, needs=lambda request: [("model", request["model"])])
    working(holding)
    job = ended(jobs.submit(holding, "a", {"model": "m"}))

    assert job.state == ending
    until(lambda: manifests.holders("m") == [])
    until(lambda: not (tmp_path / "home" / "work" / job.id).exists())


class Sorry(Problem):
    """No. Remedy: none."""

    status = 422
    title = "Sorry"


def test_folders_of_jobs_that_have_ended_or_gone_are_swept_and_others_kept(
    jobs: Jobs, kind: Any, execution: Any, tmp_path: Path
) -> None:
    work = tmp_path / "home" / "work"
    carrying = execution(kind())
    cancelled, queued = jobs.submit(kind(), "a", {}), jobs.submit(kind(), "a", {})
    jobs.cancel("thing", "a", cancelled.id)
    for name in (cancelled.id, queued.id, "unheard-of", f"{cancelled.id}.1.part", f"{queued.id}.2.part"):
        (work / name / "inputs").mkdir(parents=True)

    carrying.sweep()

    assert sorted(path.name for path in work.iterdir()) == sorted([queued.id, f"{queued.id}.2.part"])


def test_a_worker_that_lost_its_lease_does_not_let_go_of_what_the_next_one_needs(jobs: Jobs, kind: Any) -> None:
    manifests = Manifests(jobs.store, "a")
    manifests.write(Manifest("model", "m", "a", "").text())
    job = jobs.submit(kind(needs=lambda _request: [("model", "m")]), "a", {})
    stale = claim(jobs, ["thing"], "stale", -1)
    claim(jobs, ["thing"], "fresh", 30)

    with pytest.raises(lease.LeaseLost):
        lease.fail(jobs, stale, Sorry())

    assert manifests.holders("m") == [job.holder]


def test_a_job_is_worked_on_under_its_request(jobs: Jobs, kind: Any, working: Any, ended: Any) -> None:
    seen: list[dict[str, Any]] = []

    def plan(_job: Job, _manifests: Any) -> None:
        seen.append(dict(get_contextvars()))

    noting = kind(plan=plan)
    with bound_contextvars(request_id="r-1"):
        job = jobs.submit(noting, "a", {})
    working(noting)

    assert ended(job).request_id == "r-1"
    assert seen == [{"job": job.id, "request_id": "r-1"}]


def _alive(job_id: str) -> bool:
    def names(path: Path) -> bool:
        try:
            return job_id.encode() in path.read_bytes()
        except OSError:
            return False

    return any(names(path) for path in Path("/proc").glob("[0-9]*/cmdline"))
