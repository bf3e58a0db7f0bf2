"""The worker of a cluster, with everything real but the cluster: its runs are processes of this machine."""

from __future__ import annotations

import hashlib
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from runs.place import POD, ProcessPlace
from sqlalchemy import event
from workbench.jobs import Adapters, Desk, Job, Jobs, Kind, Runs, State, claim, expire_leases
from workbench.jobs.pods import dispatcher, holding
from workbench.jobs.pods.capacity import limits_of
from workbench.jobs.pods.desk import Caller, Report
from workbench.jobs.pods.dispatcher import STEPS, Dispatcher
from workbench.jobs.pods.dispatching import Dispatching
from workbench.jobs.working import lease
from workbench.jobs.working.slots import SPARE
from workbench.messages import InProcessMessages
from workbench.runner import Launch, Limits, PlaceAway, Status
from workbench.runner.remedies import REMEDIES
from workbench.store import FileStore, Keys, Manifest, StoreAway

CORES = Path(__file__).parent / "cores"
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 24, wall_s=60)


class Place(ProcessPlace):
    """Calls ``meanwhile`` whenever somebody looks at a run, after it has been looked at."""

    meanwhile: Callable[[Path], None] | None = None
    dying = False

    def halt(self, folder: Path) -> bool:
        """Unless its runs take their time to die."""
        return not self.dying and super().halt(folder)

    def check(self, folder: Path) -> Status:
        status = super().check(folder)
        if self.meanwhile is not None:
            self.meanwhile(folder)
        return status


@dataclass
class Running:
    """A dispatcher in a thread of its own, with a place of its own, as another process has it."""

    place: Place
    dispatcher: Dispatcher

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.dispatcher.run, args=(self._stop,))
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)
        self.place.close()
        assert not self._thread.is_alive()


@pytest.fixture
def dispatching(in_processes: None, adapters: Adapters, jobs: Jobs, journals: Path) -> Iterator[Callable[..., Running]]:
    """Start a dispatcher for these kinds; it is stopped with the test, and so are the runs."""
    work = adapters.home / "work"
    work.mkdir()
    started: list[Running] = []

    def start(
        *kinds: Kind, slots: int = 4, lease_s: float = 3.0, away: int = 0, meanwhile: Any = None, **offers: int
    ) -> Running:
        place = Place(adapters.home, jobs, CORES)
        place.away, place.meanwhile = away, meanwhile
        place.offers = [
            {"id": target, "resource": target, "free": free, "unused": free, "busy": 0}
            for target, free in offers.items()
        ]
        carrying = Dispatching(jobs, {kind.name: kind for kind in kinds}, place, work)
        started.append(Running(place, Dispatcher(carrying, slots=slots, lease_s=lease_s)))
        return started[-1]

    yield start
    for running in started:
        running.stop()
    until(lambda: not steps())
    for folder in work.iterdir():
        started[-1].place.stop(folder)


def steps() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("here-")]


def begins(journal: Path) -> int:
    return len(list(journal.parent.glob(f"{journal.name}-*")))


def enough(journal: Path) -> None:
    """Whatever counts there ends now, however long all else has taken."""
    journal.with_name(f"{journal.name}.enough").touch()


@pytest.fixture
def counting(jobs: Jobs, tmp_path: Path) -> Callable[..., Job]:
    """A submitted job whose core notes that it began."""

    def submit(kind: Kind, takes_s: float = 0.0, journal: str = "journal", team: str = "a") -> Job:
        return jobs.submit(kind, team, {"journal": str(tmp_path / "journals" / journal), "takes_s": takes_s})

    return submit


# -- what it is for ---------------------------------------------------------------------------------


def test_many_jobs_are_under_way_at_once_without_a_thread_for_each(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    deed = kind("counting")
    submitted = [counting(deed, takes_s=600) for _ in range(24)]
    dispatching(deed, slots=16)
    until(lambda: begins(tmp_path / "journals" / "journal") == 16, 60)
    seen = len(steps())
    enough(tmp_path / "journals" / "journal")

    done = [ended(job, 60) for job in submitted]

    assert {job.state for job in done} == {State.SUCCEEDED}
    assert {job.attempt for job in done} == {1}
    assert begins(tmp_path / "journals" / "journal") == 24
    assert 0 < seen <= 2 * STEPS


def test_a_run_reads_its_inputs_and_its_files_are_kept(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any
) -> None:
    digest = hashlib.sha256(b"right").hexdigest()
    jobs.store.put(Keys("a").blob(digest), b"right")
    reading, deed = kind("reading", name="reading", inputs={"a.txt": digest}), kind("counting")
    dispatching(reading, deed)

    read, counted = ended(jobs.submit(reading, "a", {})), ended(counting(deed))

    assert Manifest.parse(read.manifest).facts == {"read": "right"}
    assert jobs.store.get(Keys("a").blob(Manifest.parse(counted.manifest).file("count.txt").sha256)) == b"3"


def test_progress_and_log_are_in_the_record_while_it_runs(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any
) -> None:
    deed = kind("counting")
    dispatching(deed)

    job = counting(deed, takes_s=600)

    until(lambda: jobs.find(job.id).progress)
    assert jobs.find(job.id).progress == {"stage": "counting", "fraction": 0.5, "message": "half"}
    until(lambda: jobs.log(job, 0)[0] == "counting\n")


def test_a_run_that_waits_for_its_device_says_so_until_it_has_it(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    def plan(job: Job, _manifests: Any) -> Launch:
        return Launch("jobs_test_cores.counting", dict(job.request), {}, LIMITS, "CPU", exclusive=True)

    measuring = kind(plan=plan)
    dispatching(measuring)
    first = counting(measuring, takes_s=600)
    until(lambda: jobs.find(first.id).progress)

    second = counting(measuring)

    until(lambda: jobs.find(second.id).waiting_for)
    assert jobs.find(second.id).progress is None
    enough(tmp_path / "journals" / "journal")
    assert (ended(second).state, ended(second).waiting_for) == (State.SUCCEEDED, None)


def test_what_needs_no_run_ends_at_once(jobs: Jobs, kind: Any, dispatching: Any, ended: Any) -> None:
    plain = kind()
    dispatching(plain)

    job = ended(jobs.submit(plain, "a", {"x": 1}))

    assert (job.state, Manifest.parse(job.manifest).facts) == (State.SUCCEEDED, {"x": 1})
    assert Runs(jobs).current(job.id) is None


def test_teams_take_turns(jobs: Jobs, kind: Any, dispatching: Any, ended: Any) -> None:
    order: list[str] = []
    noting = kind(plan=lambda job, _manifests: order.append(job.team))
    submitted = [jobs.submit(noting, team, {}) for team in "aaabbb"]
    dispatching(noting, slots=1)

    assert {ended(job).state for job in submitted} == {State.SUCCEEDED}
    assert order in (list("ababab"), list("bababa"))


def test_a_full_device_keeps_no_job_from_a_free_one(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, tmp_path: Path
) -> None:
    deed, free, second = (
        kind("counting", name=name, target=lambda _, target=target: target)
        for name, target in (("deed", "npu"), ("free", "cpu"), ("second", "npu"))
    )
    for _ in range(50):
        counting(deed, takes_s=600, journal="full")
    dispatching(deed, free, second, slots=4, npu=1, cpu=1)
    until(lambda: begins(tmp_path / "journals" / "full") == 2)
    time.sleep(1.0)
    assert begins(tmp_path / "journals" / "full") == 2, "one works, one waits there, and a place is another team's"

    counting(free, takes_s=600, journal="free", team="b")
    counting(second, takes_s=600, journal="second", team="b")

    until(lambda: begins(tmp_path / "journals" / "free") == 1)
    until(lambda: begins(tmp_path / "journals" / "second") == 1)


def test_a_device_that_becomes_free_is_filled_at_once(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for what in ("COUNT_S", "SCAN_S"):  # whoever waited for the next look would wait for ever
        monkeypatch.setattr(dispatcher, what, 3600.0)
    monkeypatch.setattr(holding, "SCAN_S", 3600.0)
    deed = kind("counting", target=lambda _: "npu")
    submitted = [counting(deed, takes_s=0.1) for _ in range(8)]
    dispatching(deed, slots=4, npu=1)
    jobs.ring()

    assert {ended(job, 60).state for job in submitted} == {State.SUCCEEDED}


def test_an_ended_job_leaves_no_run_and_no_folder(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    deed = kind("counting")
    dispatching(deed)

    job = ended(counting(deed))

    until(lambda: Runs(jobs).current(job.id) is None)
    until(lambda: not (tmp_path / "home" / "work" / job.id).exists())
    until(lambda: not list(jobs.store.list(Keys("a").runs(job.id))))


# -- cancel -----------------------------------------------------------------------------------------


def test_a_cancelled_job_really_stops(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    deed = kind("counting")
    dispatching(deed)
    job = counting(deed, takes_s=600)
    until(lambda: begins(tmp_path / "journals" / "journal"))

    jobs.cancel("thing", "a", job.id)

    assert ended(job).state is State.CANCELLED
    until(lambda: not _alive(job.id))


def test_jobs_that_take_their_time_to_stop_keep_no_other_from_going_on(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    deed = kind("counting")
    running = dispatching(deed, slots=40)
    cancelled = [counting(deed, takes_s=600) for _ in range(2 * STEPS)]
    until(lambda: begins(tmp_path / "journals" / "journal") == len(cancelled), 60)
    running.place.dying = True
    for job in cancelled:
        jobs.cancel("thing", "a", job.id)
    time.sleep(1.5)  # somebody has asked how our jobs stand

    other = ended(counting(deed), 60)
    still = {jobs.find(job.id).state for job in cancelled}
    running.place.dying = False

    assert other.state is State.SUCCEEDED
    assert still == {State.RUNNING}
    assert {ended(job).state for job in cancelled} == {State.CANCELLED}


def test_a_job_that_goes_on_is_not_read_again(jobs: Jobs, kind: Any, dispatching: Any, counting: Any) -> None:
    deed = kind("counting")
    running = dispatching(deed)
    job = counting(deed, takes_s=600)
    until(lambda: jobs.find(job.id).progress)
    time.sleep(1.5)
    asked: list[str] = []

    def note(*arguments: Any) -> None:
        if threading.current_thread().name.startswith("here-step"):
            asked.append(arguments[2])

    def look() -> list[str]:
        """What was asked for to look at it: this place remembers nothing of its runs, and reads their rows."""
        asked.clear()
        running.dispatcher._note(job.id)
        until(lambda: asked)
        until(lambda: not any(held.busy for held in running.dispatcher._holdings.all()))
        return [statement for statement in asked if "jobs" in statement]

    event.listen(jobs.engine, "before_cursor_execute", note)
    look()  # of a run that took its time to begin something may still have to be said
    read = [look() for _ in range(3)]
    event.remove(jobs.engine, "before_cursor_execute", note)

    assert read == [[], [], []]


def test_no_run_is_opened_for_a_job_that_has_ended(jobs: Jobs, kind: Any, counting: Any) -> None:
    job = counting(kind("counting"))
    launch = Launch("jobs_test_cores.counting", {}, {}, LIMITS)
    with pytest.raises(lease.LeaseLost):
        Runs(jobs).open(job.id, launch)
    held = claim(jobs, ["thing"], "w", 30)
    assert Runs(jobs).open(job.id, launch) == Runs(jobs).open(job.id, launch)
    Runs(jobs).close(job.id)
    lease.end_cancelled(jobs, held)

    with pytest.raises(lease.LeaseLost):
        Runs(jobs).open(job.id, launch)

    assert Runs(jobs).current(job.id) is None


def test_a_cancel_that_comes_while_its_job_is_looked_at_is_not_forgotten(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    looking, go_on = threading.Event(), threading.Event()

    def look(folder: Path) -> None:
        if folder.exists():
            looking.set()
            go_on.wait(20)

    deed = kind("counting")
    dispatching(deed, meanwhile=look)
    job = counting(deed, takes_s=600)
    assert looking.wait(20)
    until(lambda: begins(tmp_path / "journals" / "journal"))
    time.sleep(0.5)  # what has changed until now is not news any more

    jobs.cancel("thing", "a", job.id)
    time.sleep(2.5)  # somebody has asked how our jobs stand
    go_on.set()

    assert ended(job).state is State.CANCELLED


# -- leases -----------------------------------------------------------------------------------------


def test_a_living_run_is_adopted_by_the_next_dispatcher(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    deed = kind("counting")
    first = dispatching(deed)
    job = counting(deed, takes_s=600)
    until(lambda: begins(tmp_path / "journals" / "journal"))
    first.stop()
    given_back = jobs.find(job.id)
    dispatching(deed)
    until(lambda: jobs.find(job.id).attempt == 1)
    enough(tmp_path / "journals" / "journal")

    done = ended(job)

    assert (given_back.state, given_back.attempt) == (State.RUNNING, 0)
    assert (done.state, done.attempt, begins(tmp_path / "journals" / "journal")) == (State.SUCCEEDED, 1, 1)


def test_an_adoption_that_is_tried_again_while_the_place_is_away_counts_once(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    asked: list[Path] = []

    def be_away(folder: Path) -> None:
        asked.append(folder)
        if 1 < len(asked) < 9 and len(asked) % 2 == 0:  # it is known that there is a run, but not how it is
            raise PlaceAway("as asked")

    deed = kind("counting")
    first = dispatching(deed)
    job = counting(deed, takes_s=600)
    until(lambda: begins(tmp_path / "journals" / "journal"))
    first.stop()
    for _ in range(2):
        claim(jobs, ["thing"], "dies", -1)
    dispatching(deed, meanwhile=be_away)
    until(lambda: len(asked) >= 9)
    enough(tmp_path / "journals" / "journal")

    done = ended(job)

    assert (done.state, done.attempt, begins(tmp_path / "journals" / "journal")) == (State.SUCCEEDED, 2, 1)


def test_a_lost_job_is_let_go_of_and_nothing_of_it_is_written(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    deed = kind("counting")
    dispatching(deed, slots=1, lease_s=3600)
    lost = counting(deed, takes_s=2)
    until(lambda: jobs.find(lost.id).progress and jobs.log(lost, 0)[0])
    taken = _steal(jobs)
    next_one = ended(counting(deed, journal="other"))
    time.sleep(1.5)

    assert next_one.state is State.SUCCEEDED, "its slot is free again"
    assert jobs.find(lost.id) == taken
    assert Runs(jobs).current(lost.id) is not None


def test_a_job_whose_lease_runs_out_goes_on_with_its_own_dispatcher_and_takes_one_slot(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    deed = kind("counting")
    dispatching(deed, slots=2, lease_s=3600)
    lost = counting(deed, takes_s=600)
    until(lambda: begins(tmp_path / "journals" / "journal"))
    expire_leases(jobs)
    time.sleep(2.0)  # somebody has asked what has been left behind
    enough(tmp_path / "journals" / "journal")
    again = ended(lost)

    both = [counting(deed, takes_s=600, journal="both") for _ in range(2)]

    until(lambda: begins(tmp_path / "journals" / "both") == 2)
    assert {jobs.find(job.id).state for job in both} == {State.RUNNING}
    assert (again.state, again.fence, begins(tmp_path / "journals" / "journal")) == (State.SUCCEEDED, 1, 1)


def test_a_defect_that_shows_after_the_lease_was_lost_does_not_stop_the_next_holders_run(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, tmp_path: Path
) -> None:
    failed = threading.Event()

    def steal_and_fail(folder: Path) -> None:
        if folder.exists():
            until(lambda: begins(tmp_path / "journals" / "journal"))
            _steal(jobs)
            failed.set()
            raise ZeroDivisionError("a defect of ours")

    deed = kind("counting")
    dispatching(deed, slots=1, lease_s=3600, meanwhile=steal_and_fail)
    job = counting(deed, takes_s=600)
    assert failed.wait(20)
    time.sleep(1.0)

    assert _alive(job.id)
    assert jobs.find(job.id).attempt == 2


# -- faults -----------------------------------------------------------------------------------------


def test_a_crash_is_tried_again_until_there_are_no_attempts_left(
    jobs: Jobs, kind: Any, dispatching: Any, ended: Any, tmp_path: Path
) -> None:
    flaky = kind("flaky")
    dispatching(flaky)

    saved = ended(jobs.submit(flaky, "a", {"journal": str(tmp_path / "journals" / "twice"), "deaths": 2}))
    lost = ended(jobs.submit(flaky, "a", {"journal": str(tmp_path / "journals" / "always"), "deaths": 99}))

    assert (saved.state, saved.attempt, begins(tmp_path / "journals" / "twice")) == (State.SUCCEEDED, 3, 3)
    assert (lost.state, lost.attempt, begins(tmp_path / "journals" / "always")) == (State.FAILED, 3, 3)
    assert lost.error["type"].endswith(":too-many-attempts")
    assert lost.error["remedy"] == REMEDIES["killed"]


def test_the_second_crash_by_itself_is_final_in_pods_too(
    jobs: Jobs, kind: Any, dispatching: Any, ended: Any, tmp_path: Path
) -> None:
    crashing = kind("crashing", max_attempts=5)
    dispatching(crashing)

    lost = ended(jobs.submit(crashing, "a", {"journal": str(tmp_path / "journals" / "always"), "signal": "SIGSEGV"}))

    assert (lost.state, lost.attempt, begins(tmp_path / "journals" / "always")) == (State.FAILED, 2, 2)
    assert "2 times by SIGSEGV while it was at: read net.onnx" in lost.error["detail"]


class Slow(InProcessMessages):
    """Whoever rings from a step comes back late."""

    def ring(self, name: str) -> None:
        super().ring(name)
        if threading.current_thread().name.startswith("here-step"):
            time.sleep(0.6)


def test_a_job_that_is_claimed_again_before_its_last_attempt_is_put_away_goes_on(
    jobs: Jobs, kind: Any, dispatching: Any, ended: Any, tmp_path: Path
) -> None:
    jobs.messages = Slow()
    flaky = kind("flaky")
    dispatching(flaky)

    job = ended(jobs.submit(flaky, "a", {"journal": str(tmp_path / "journals" / "journal"), "deaths": 2}))

    assert (job.state, job.attempt) == (State.SUCCEEDED, 3)


def test_a_place_that_is_away_for_a_while_costs_no_attempt(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    deed = kind("counting")
    running = dispatching(deed, away=99)
    job = counting(deed)
    until(lambda: "cluster" in (jobs.find(job.id).waiting_for or ""))
    running.place.away = 1

    done = ended(job)

    assert (done.state, done.attempt, done.waiting_for) == (State.SUCCEEDED, 1, None)
    assert (running.place.away, begins(tmp_path / "journals" / "journal")) == (0, 1)


class Away(FileStore):
    """A real store that is away for the next ``times`` that a stream is put there."""

    times = 0

    def put_stream(self, key: str, source: Any) -> tuple[str, int]:
        if self.times > 0:
            self.times -= 1
            raise StoreAway("as asked")
        return super().put_stream(key, source)


def test_a_store_that_is_away_for_a_while_is_said_and_costs_no_attempt(
    adapters: Adapters, jobs: Jobs, kind: Any, dispatching: Any, counting: Any, ended: Any, tmp_path: Path
) -> None:
    jobs.store = Away(adapters.home / "store")
    jobs.store.times = 99
    deed = kind("counting")
    dispatching(deed)
    job = counting(deed)
    until(lambda: "object store" in (jobs.find(job.id).waiting_for or ""))
    jobs.store.times = 1

    done = ended(job)

    assert (done.state, done.attempt, done.waiting_for) == (State.SUCCEEDED, 1, None)
    assert begins(tmp_path / "journals" / "journal") == 1


def test_a_half_published_job_is_finished_with_the_same_bytes(
    jobs: Jobs, kind: Any, dispatching: Any, ended: Any
) -> None:
    plain = kind()
    job = jobs.submit(plain, "a", {})
    held = claim(jobs, ["thing"], "dies here", -1)
    text = Manifest("thing", job.id, "a", "1999").text()
    lease.accept_manifest(jobs, held, text, {"kind": "thing", "id": job.id})
    dispatching(plain)

    done = ended(job)

    assert (done.state, done.manifest) == (State.SUCCEEDED, text)
    assert jobs.store.get(Keys("a").manifest("thing", job.id)) == text.encode()


def test_saying_what_a_run_waits_for_leaves_the_progress_that_its_pod_has_told_meanwhile(
    jobs: Jobs, kind: Any, dispatching: Any, counting: Any
) -> None:
    news = {"stage": "told", "fraction": 0.7, "message": "between a look and its word"}
    told = threading.Event()
    looks = itertools.count()

    def tell(folder: Path) -> None:
        if not folder.exists():
            return
        if told.is_set():
            if next(looks) < 3:  # so long that somebody who asks now and then sees it
                raise PlaceAway("so that there is something to say")
            return
        until(lambda: jobs.find(folder.name).progress)  # later than when the look began
        token = Runs(jobs).current(folder.name).token
        Desk(jobs, jobs.store).report(Caller(token, POD), Report(news, "", 0, 0))
        told.set()
        raise PlaceAway("so that there is something to say")

    deed = kind("counting")
    dispatching(deed, meanwhile=tell)
    job = counting(deed, takes_s=600)

    assert told.wait(20)
    until(lambda: jobs.find(job.id).waiting_for)
    until(lambda: not jobs.find(job.id).waiting_for)
    assert jobs.find(job.id).progress == news


def _steal(jobs: Jobs) -> Job:
    """Somebody else holds the one running job from now on."""
    expire_leases(jobs)
    taken = claim(jobs, ["thing"], "thief", 3600)
    assert taken is not None
    return taken


def _alive(job_id: str) -> bool:
    def names(path: Path) -> bool:
        try:
            return job_id.encode() in path.read_bytes()
        except OSError:
            return False

    return any(names(path) for path in Path("/proc").glob("[0-9]*/cmdline"))


def test_measurements_go_by_what_is_free_and_other_work_by_what_is_unused() -> None:
    of_eight = {"id": "gpu", "resource": "gpu", "free": 0, "unused": 7, "busy": 1}
    nodes = {**of_eight, "id": "cpu", "resource": None}

    assert limits_of([of_eight, nodes], measuring=True) == {"gpu": 1 + SPARE, "cpu": 1 + SPARE}
    assert limits_of([of_eight, nodes], measuring=False) == {"gpu": 8 + SPARE, "cpu": None}
