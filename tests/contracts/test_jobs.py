"""What the record of jobs promises: nothing accepted is lost, and a stale worker writes nothing."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from workbench.jobs import Adapters, Cancelled, Jobs, Kind, LeaseLost, Made, State, Worker, accept_commands
from workbench.jobs.problems import IdempotencyConflict
from workbench.jobs.record import logs
from workbench.jobs.record.events import Relay
from workbench.jobs.working import lease
from workbench.jobs.working.claim import claim
from workbench.jobs.working.execution import Execution
from workbench.messages import Message
from workbench.problems.common import InvalidRequest, JobFinished, NotFound, RunFailed
from workbench.runner import Launch, Limits, ProcessLauncher
from workbench.store import Manifest, Manifests

CORES = Path(__file__).parent / "cores"
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=60)
PLAIN = Kind("thing", plan=lambda _job, _manifests: None, publish=lambda job, *_: Made("thing", dict(job.request)))
REUSED = Kind("thing", plan=PLAIN.plan, publish=PLAIN.publish, version="1")


def core(name: str) -> Kind:
    return Kind(
        "thing",
        plan=lambda job, _manifests: Launch(f"workbench_test_cores.{name}", dict(job.request), {}, LIMITS),
        publish=lambda _job, result, files, _manifests: Made("thing", result, files),
        max_attempts=2,
    )


@pytest.fixture
def jobs(adapters: Adapters) -> Jobs:
    return adapters.record("here")


def worker_of(adapters: Adapters, jobs: Jobs, kind: Kind) -> Worker:
    launcher = ProcessLauncher(adapters.home, python_path=(CORES,))
    work = adapters.home / "work"
    work.mkdir(exist_ok=True)
    return Worker(Execution(jobs, {kind.name: kind}, launcher, work), slots=2, lease_s=3.0, poll_s=0.1)


def carried_out(adapters: Adapters, jobs: Jobs, kind: Kind, job_id: str, timeout_s: float = 30):
    stop = threading.Event()
    thread = threading.Thread(target=worker_of(adapters, jobs, kind).run, args=(stop,))
    thread.start()
    deadline = time.monotonic() + timeout_s
    job = jobs.find(job_id)
    while not job.state.ended and time.monotonic() < deadline:
        job = jobs.wait(kind.name, job.team, job_id, job.seq, 1.0)
    stop.set()
    jobs.ring()
    thread.join(10)
    return job


def claimed(jobs: Jobs, lease_s: float = 30):
    return claim(jobs, ["thing"], "me", lease_s)


def test_the_same_idempotency_key_is_one_job_and_another_request_is_refused(jobs: Jobs) -> None:
    first = jobs.submit(PLAIN, "a", {"x": 1}, idempotency_key="k")

    assert jobs.submit(PLAIN, "a", {"x": 1}, idempotency_key="k").id == first.id
    assert jobs.submit(PLAIN, "b", {"x": 1}, idempotency_key="k").id != first.id
    with pytest.raises(IdempotencyConflict):
        jobs.submit(PLAIN, "a", {"x": 2}, idempotency_key="k")


def test_another_teams_job_is_not_found(jobs: Jobs) -> None:
    job = jobs.submit(PLAIN, "a", {})

    with pytest.raises(NotFound):
        jobs.get("thing", "b", job.id)
    with pytest.raises(NotFound):
        jobs.cancel("thing", "b", job.id)


def test_a_thousand_jobs_of_one_team_do_not_delay_anothers_first(jobs: Jobs) -> None:
    for _ in range(50):
        jobs.submit(PLAIN, "greedy", {})
    first = claimed(jobs)
    modest = jobs.submit(PLAIN, "modest", {})

    assert first.team == "greedy"
    assert claimed(jobs).id == modest.id


def test_a_stale_worker_can_write_nothing(jobs: Jobs) -> None:
    jobs.submit(PLAIN, "a", {})
    stale = claimed(jobs, lease_s=-1)
    fresh = claimed(jobs)

    assert fresh.id == stale.id
    assert fresh.fence > stale.fence
    for act in (
        lambda: lease.report(jobs, stale, {"stage": "x"}, None),
        lambda: lease.append_log(jobs, stale, "late"),
        lambda: lease.accept_manifest(jobs, stale, "{}", {}),
        lambda: lease.succeed(jobs, stale),
        lambda: lease.fail(jobs, stale, RunFailed("killed", "late")),
        lambda: lease.retry(jobs, stale),
    ):
        with pytest.raises(LeaseLost):
            act()
    assert jobs.find(fresh.id).state is State.RUNNING


def test_a_living_lease_is_not_claimed_twice(jobs: Jobs) -> None:
    jobs.submit(PLAIN, "a", {})

    assert claimed(jobs) is not None
    assert claimed(jobs) is None


def test_racing_workers_claim_each_job_once(jobs: Jobs) -> None:
    ids = {jobs.submit(PLAIN, "a", {}).id for _ in range(20)}
    got: list[str] = []

    def take() -> None:
        while (job := claimed(jobs)) is not None:
            got.append(job.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(got) == sorted(ids)


def test_cancelling_a_queued_job_ends_it_and_a_finished_one_is_refused(jobs: Jobs) -> None:
    job = jobs.submit(PLAIN, "a", {})

    assert jobs.cancel("thing", "a", job.id).state is State.CANCELLED
    with pytest.raises(JobFinished, match="already cancelled"):
        jobs.cancel("thing", "a", job.id)


def test_cancelling_a_running_job_is_told_to_its_worker(jobs: Jobs) -> None:
    jobs.submit(PLAIN, "a", {})
    running = claimed(jobs)

    jobs.cancel("thing", "a", running.id)

    with pytest.raises(Cancelled):
        lease.report(jobs, running, {"stage": "x"}, None)


def test_pages_hold_every_job_once_newest_first(jobs: Jobs) -> None:
    ids = [jobs.submit(PLAIN, "a", {}).id for _ in range(7)]
    seen, cursor = [], None
    while True:
        page = jobs.list("thing", "a", limit=3, cursor=cursor)
        seen += [job.id for job in page.items]
        cursor = page.cursor
        if cursor is None:
            break

    assert seen == ids[::-1]
    with pytest.raises(ValueError, match="invalid"):
        jobs.list("thing", "a", cursor="not ours")


def test_a_flood_of_log_is_cut(jobs: Jobs) -> None:
    jobs.submit(PLAIN, "a", {})
    job = claimed(jobs)
    for _ in range(3):
        lease.append_log(jobs, job, "x" * 600_000)

    text, end = jobs.log(job, 0)

    assert len(text) == end == logs.LOG_LIMIT
    assert jobs.log(job, end - 5)[0] == "xxxxx"


def test_a_finished_result_is_reused_under_a_new_id_and_measurements_never_are(adapters: Adapters, jobs: Jobs) -> None:
    first = carried_out(adapters, jobs, REUSED, jobs.submit(REUSED, "a", {"x": 1}).id)

    again = jobs.submit(REUSED, "a", {"x": 1})
    assert (again.state, again.reused_from, again.result) == (State.SUCCEEDED, first.id, first.result)
    assert jobs.submit(REUSED, "a", {"x": 2}).reused_from is None
    assert jobs.submit(REUSED, "b", {"x": 1}).reused_from is None
    assert jobs.submit(PLAIN, "a", {"x": 1}).reused_from is None


def test_what_was_computed_of_the_same_bytes_is_reused_within_a_team(adapters: Adapters, jobs: Jobs) -> None:
    kind = replace(REUSED, needs=lambda request: [("dataset", request["dataset_id"])])
    for team, name, digest in (("a", "one", "d"), ("a", "same", "d"), ("a", "other", "e"), ("b", "theirs", "d")):
        Manifests(adapters.store, team).write(Manifest("dataset", name, team, "", (), {"digest": digest}).text())
    first = carried_out(adapters, jobs, kind, jobs.submit(kind, "a", {"dataset_id": "one"}).id)

    assert jobs.submit(kind, "a", {"dataset_id": "same"}).reused_from == first.id
    assert jobs.submit(kind, "a", {"dataset_id": "other"}).reused_from is None
    assert jobs.submit(kind, "b", {"dataset_id": "theirs"}).reused_from is None


def test_a_cores_result_and_files_are_published(adapters: Adapters, jobs: Jobs) -> None:
    kind = core("good")
    job = carried_out(adapters, jobs, kind, jobs.submit(kind, "a", {"word": "hello"}).id)

    assert job.state is State.SUCCEEDED, job.error
    assert '"said": "hello"' in job.manifest
    assert "a line of the log" in jobs.log(job, 0)[0]
    assert [info.key for info in adapters.store.list("teams/a/blobs/")]
    deadline = time.monotonic() + 60
    while list(adapters.store.list("teams/a/runs/")):  # what was staged goes right after the job has ended
        assert time.monotonic() < deadline, "the staged files stay"
        time.sleep(0.02)


def test_a_cores_refusal_is_a_problem_and_is_not_tried_again(adapters: Adapters, jobs: Jobs) -> None:
    kind = core("refusing")
    job = carried_out(adapters, jobs, kind, jobs.submit(kind, "a", {}).id)

    assert (job.state, job.attempt) == (State.FAILED, 1)
    assert job.error["type"].endswith(":not-today")
    assert job.error["detail"] == "not on a Tuesday"


def test_a_crash_is_tried_once_more_and_a_second_one_is_the_inputs_fault(adapters: Adapters, jobs: Jobs) -> None:
    kind = core("crashing")
    job = carried_out(adapters, jobs, kind, jobs.submit(kind, "a", {}).id)

    assert (job.state, job.attempt) == (State.FAILED, 2)
    assert job.error["type"].endswith(":run-failed")
    assert "crashed 2 times by" in job.error["detail"]
    assert "Traceback" not in job.error["detail"]


def test_cancel_really_stops_the_process(adapters: Adapters, jobs: Jobs) -> None:
    kind = core("sleeping")
    job = jobs.submit(kind, "a", {})
    stopper = threading.Timer(2.0, lambda: jobs.cancel("thing", "a", job.id))
    stopper.start()

    ended = carried_out(adapters, jobs, kind, job.id)

    assert ended.state is State.CANCELLED
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if job.id.encode() in _read(path)]


def test_a_half_published_job_is_finished_by_whoever_comes_next(adapters: Adapters, jobs: Jobs) -> None:
    job = jobs.submit(PLAIN, "a", {"x": 1})
    held = claim(jobs, ["thing"], "dies here", -1)
    text = Manifest("thing", job.id, "a", "").text()
    lease.accept_manifest(jobs, held, text, {"kind": "thing", "id": job.id})

    ended = carried_out(adapters, jobs, PLAIN, job.id)

    assert ended.state is State.SUCCEEDED
    assert ended.manifest == text
    assert adapters.store.exists(f"teams/a/manifests/thing/{job.id}.json")


def test_a_repeated_command_is_one_job_and_a_refusal_is_answered(adapters: Adapters, jobs: Jobs) -> None:
    heard: list[Message] = []
    adapters.messages.subscribe(["thing.rejected", "thing.cancelled"], heard.append)

    def validate(data):
        if "bad" in data:
            raise InvalidRequest({"bad": "Unknown field."})
        return data

    accept_commands(jobs, PLAIN, adapters.messages, validate)
    command = Message("thing.requested", "/test", "00000000-0000-0000-0000-000000000001", "a", {"x": 1})
    for _ in range(3):
        adapters.messages.publish(command)
    adapters.messages.publish(Message("thing.requested", "/test", "2", "a", {"bad": 1}))
    adapters.messages.publish(Message("thing.cancel", "/test", command.subject, "a", {}))
    adapters.messages.publish(command)
    Relay(jobs.engine, adapters.messages, "here").drain()

    assert len(jobs.list("thing", "a").items) == 1
    assert [message.type for message in heard] == ["thing.rejected", "thing.cancelled", "thing.cancelled"]
    assert heard[0].data["error"]["detail"] == "bad: Unknown field."


def test_an_event_that_nobody_took_stays_in_the_outbox(adapters: Adapters, jobs: Jobs) -> None:
    took: list[str] = []

    def first_fails(message: Message) -> None:
        took.append(message.id)
        if len(took) == 1:
            raise RuntimeError("not now")

    adapters.messages.subscribe(["thing.cancelled"], first_fails)
    jobs.cancel("thing", "a", jobs.submit(PLAIN, "a", {}).id)
    relay = Relay(jobs.engine, adapters.messages, "here")
    with pytest.raises(RuntimeError):
        relay.drain()

    assert relay.drain() == 1
    assert relay.drain() == 0
    assert took[0] == took[1]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
