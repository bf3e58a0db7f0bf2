"""A run's pod and its service's desk, with everything real but the cluster: the pod is a process here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from servers.postgres import Postgres
from servers.seaweedfs import SeaweedFS
from workbench.jobs import Desk, Job, Runs, postgres_engine
from workbench.jobs.pods.desk import Caller, Report
from workbench.jobs.problems import RunGone
from workbench.jobs.working import lease
from workbench.problems.common import InvalidRequest
from workbench.runner import Exit, Launch, Limits, read_outcome
from workbench.runner.documents import BadDocument
from workbench.store import Keys, Part

from runs.service import TEAM, DeskService, with_inputs

CORES = Path(__file__).resolve().parents[2] / "libs" / "runner" / "tests" / "cores"
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 28, wall_s=60)
Pod = subprocess.Popen[bytes]


@pytest.fixture
def service(tmp_path: Path, postgres: Postgres, seaweedfs: SeaweedFS) -> Iterator[DeskService]:
    engine = postgres_engine(postgres.fresh(), "contract")
    made = DeskService(tmp_path, engine, seaweedfs)
    yield made
    made.close()
    engine.dispose()


@pytest.fixture
def runs(service: DeskService) -> Runs:
    return Runs(service.record)


@pytest.fixture
def pod(service: DeskService, tmp_path: Path) -> Iterator[Callable[..., Pod]]:
    """Start a pod for a token; those that are alive at the end are killed."""
    started: list[Pod] = []

    def start(token: str, uid: str = "pod-1", memory: int = 0) -> Pod:
        home = tmp_path / uid
        home.mkdir()
        environment = {
            **os.environ,
            "PYTHONPATH": str(CORES),
            "WORKBENCH_RUN_URL": service.url,
            "WORKBENCH_RUN_TOKEN": token,
            "WORKBENCH_RUN_POD": uid,
            "WORKBENCH_RUN_HOME": str(home),
            "WORKBENCH_RUN_MEMORY": str(memory),
        }
        with (tmp_path / f"{uid}.log").open("wb") as log:
            program = [sys.executable, "-c", AGENT, str(CORES)]
            started.append(subprocess.Popen(program, env=environment, stdout=log, stderr=log))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


# A core is imported from what its launcher is told; in a pod that is what the image has.
AGENT = """
import sys, pathlib
from workbench.runner.agent import __main__ as agent
from workbench.runner.local.process import ProcessLauncher
agent.ProcessLauncher = lambda home, sandbox: ProcessLauncher(home, (pathlib.Path(sys.argv[1]),), sandbox)
raise SystemExit(agent.main())
"""


def deed(do: str, limits: Limits = LIMITS, **more: Any) -> Launch:
    return Launch("runner_test_cores.acting", {"do": do, **more}, {}, limits)


def ended(runs: Runs, job: Job, process: Pod) -> Exit:
    assert process.wait(60) == 0
    ticket = runs.current(job.id)
    assert ticket is not None
    assert ticket.exit is not None
    return ticket.exit


def test_a_run_reads_its_inputs_and_leaves_its_outputs(
    service: DeskService, runs: Runs, pod: Callable[..., Pod], tmp_path: Path
) -> None:
    job = service.job()
    launch = with_inputs(deed("read"), {"a": service.blob(b"first"), "b": service.blob(b"second")})

    exit_ = ended(runs, job, pod(runs.open(job.id, launch).token))

    runs.collect(job.id, tmp_path / "run")
    assert read_outcome(tmp_path / "run", exit_).result == {"read": {"a": "first", "b": "second"}}


def test_a_core_has_the_variables_that_its_launch_gives_and_can_tell_them(
    service: DeskService, runs: Runs, pod: Callable[..., Pod], tmp_path: Path
) -> None:
    job = service.job()

    exit_ = ended(runs, job, pod(runs.open(job.id, replace(deed("look_around", port=9), env={"OV_LEVEL": "1"})).token))

    runs.collect(job.id, tmp_path / "run")
    seen = read_outcome(tmp_path / "run", exit_).result
    assert seen is not None
    assert (seen["environment"]["OV_LEVEL"], seen["given"]) == ("1", {"OV_LEVEL": "1"})


def test_a_thousand_inputs_are_asked_for_once(
    service: DeskService, runs: Runs, pod: Callable[..., Pod], caplog: pytest.LogCaptureFixture
) -> None:
    job, digest = service.job(), service.blob(b"the same")
    inputs = {f"{number}.txt": digest for number in range(1000)}

    with caplog.at_level("INFO", "werkzeug"):
        ended(runs, job, pod(runs.open(job.id, with_inputs(deed("read"), inputs)).token))

    assert sum("POST /internal/run " in line for line in caplog.messages) == 1


def test_progress_and_log_are_in_the_record(service: DeskService, runs: Runs, pod: Callable[..., Pod]) -> None:
    job = service.job()

    ended(runs, job, pod(runs.open(job.id, deed("say", word="hello")).token))

    found = service.record.find(job.id)
    assert found is not None
    assert found.progress == {"stage": "saying", "fraction": 0.5, "message": "half"}
    assert service.log(job).splitlines() == ["a line of the log"]


def test_outputs_of_many_parts_arrive_byte_for_byte(
    service: DeskService, runs: Runs, pod: Callable[..., Pod], tmp_path: Path
) -> None:
    job = service.job()

    exit_ = ended(runs, job, pod(runs.open(job.id, deed("write_large", mib=50)).token))

    runs.collect(job.id, tmp_path / "run")
    outcome = read_outcome(tmp_path / "run", exit_)
    assert {name: path.stat().st_size for name, path in outcome.files.items()} == {"large.bin": 50 << 20}


@pytest.mark.parametrize("do", ["link_out", "pipe_out"])
def test_outputs_that_are_no_files_are_refused_by_whoever_collects_them(
    service: DeskService, runs: Runs, pod: Callable[..., Pod], tmp_path: Path, do: str
) -> None:
    job = service.job()

    ended(runs, job, pod(runs.open(job.id, deed(do)).token))

    with pytest.raises(BadDocument, match="not a regular file"):
        runs.collect(job.id, tmp_path / "run")


def test_an_input_that_is_not_what_was_declared_is_named(
    service: DeskService, runs: Runs, pod: Callable[..., Pod]
) -> None:
    job, digest = service.job(), service.blob(b"as it was")
    service.store.put(Keys(TEAM).blob(digest), b"as it is")

    exit_ = ended(runs, job, pod(runs.open(job.id, with_inputs(deed("read"), {"model/a.bin": digest})).token))

    assert exit_.reason == "bad_input"
    assert "model/a.bin" in exit_.detail
    assert digest in exit_.detail


def test_the_pods_memory_is_the_runs_limit(service: DeskService, runs: Runs, pod: Callable[..., Pod]) -> None:
    job = service.job()

    exit_ = ended(runs, job, pod(runs.open(job.id, deed("hoard", mib=300)).token, memory=200 << 20))

    assert exit_.reason == "out_of_memory"
    assert "104 MiB" in exit_.detail


def test_a_cancelled_job_stops_its_run(service: DeskService, runs: Runs, pod: Callable[..., Pod]) -> None:
    job = service.job()
    process = pod(runs.open(job.id, deed("ignore_signals")).token)
    until(lambda: service.record.find(job.id).progress)

    service.record.cancel("deed", TEAM, job.id)

    assert ended(runs, job, process).reason == "stopped"


def test_a_pod_whose_run_was_closed_ends_and_writes_nothing(
    service: DeskService, runs: Runs, pod: Callable[..., Pod]
) -> None:
    job = service.job()
    process = pod(runs.open(job.id, deed("sleep")).token)
    until(lambda: service.record.find(job.id).progress)
    before = service.record.find(job.id)

    runs.close(job.id)

    assert process.wait(30) == 75
    assert service.record.find(job.id) == before


def test_a_terminated_pod_ends_its_core_and_says_nothing(
    service: DeskService, runs: Runs, pod: Callable[..., Pod], tmp_path: Path
) -> None:
    job = service.job()
    noted = tmp_path / "pod-1" / "run" / "tmp" / "pid"  # where a core may write
    process = pod(runs.open(job.id, deed("ignore_signals", pid_file=str(noted))).token)
    core = int(until(lambda: noted.exists() and noted.read_text()))

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 143
    assert not Path(f"/proc/{core}").exists()
    assert runs.current(job.id).exit is None


def test_another_pod_of_the_run_begins_it_again_and_the_first_may_write_no_more(
    service: DeskService, runs: Runs, pod: Callable[..., Pod]
) -> None:
    job = service.job()
    token = runs.open(job.id, deed("sleep")).token
    first = pod(token, "pod-1")
    until(lambda: service.record.find(job.id).progress)

    pod(token, "pod-2")

    assert first.wait(30) == 75


def test_a_service_that_is_away_meanwhile_is_waited_for(
    service: DeskService, runs: Runs, pod: Callable[..., Pod], tmp_path: Path
) -> None:
    job = service.job()
    launch = deed("sleep", seconds=1.5)
    process = pod(runs.open(job.id, launch).token)
    until(lambda: service.record.find(job.id).progress)

    service.close()
    time.sleep(3)
    service.open()

    assert ended(runs, job, process).reason == "finished"


def test_racing_openers_get_one_run(service: DeskService, runs: Runs) -> None:
    job = service.job()

    with ThreadPoolExecutor(8) as openers:
        opened = list(openers.map(lambda _: runs.open(job.id, deed("say")).run, range(16)))

    assert len(set(opened)) == 1


def test_a_piece_of_the_log_that_comes_twice_is_kept_once(service: DeskService, runs: Runs) -> None:
    job, desk = service.job(), Desk(service.record, service.store)
    caller = Caller(runs.open(job.id, deed("say")).token, "pod-1")
    desk.begin(caller)

    for _ in range(2):  # its answer was lost
        answer = desk.report(caller, Report(None, "one\n", 0, 4))
    desk.report(caller, Report(None, "two\n", answer["log_bytes"], 8))

    assert service.log(job) == "one\ntwo\n"


def test_a_log_of_many_gib_is_followed_to_its_end(service: DeskService, runs: Runs) -> None:
    job, desk = service.job(), Desk(service.record, service.store)
    caller = Caller(runs.open(job.id, deed("say")).token, "pod-1")
    desk.begin(caller)

    for start, end in ((0, 3 << 30), (3 << 30, 9 << 30)):
        assert desk.report(caller, Report(None, "line\n", start, end))["log_bytes"] == end


def test_parts_that_were_never_sent_are_refused(service: DeskService, runs: Runs) -> None:
    job, desk = service.job(), Desk(service.record, service.store)
    caller = Caller(runs.open(job.id, deed("say")).token, "pod-1")
    desk.begin(caller)
    desk.part_url(caller, 1, 5)

    with pytest.raises(InvalidRequest, match="part"):
        desk.end(caller, {"reason": "finished"}, [Part(1, 5, "0" * 32)])

    assert runs.current(job.id).exit is None


def test_a_wrong_token_opens_nothing(service: DeskService, runs: Runs) -> None:
    job, other, desk = service.job(), service.job(), Desk(service.record, service.store)
    token = runs.open(job.id, deed("say")).token
    runs.open(other.id, deed("say"))

    for wrong in (token[:-1], token + "x", f"{job.id}.", "nonsense.x", f"{other.id}.{token.partition('.')[2]}", "\0."):
        with pytest.raises(RunGone):
            desk.begin(Caller(wrong, "pod-1"))


def test_a_job_that_has_ended_takes_no_word_of_its_pod(service: DeskService, runs: Runs) -> None:
    job, desk = service.job(), Desk(service.record, service.store)
    caller = Caller(runs.open(job.id, deed("say")).token, "pod-1")
    desk.begin(caller)
    lease.end_cancelled(service.record, job)

    with pytest.raises(RunGone):
        desk.report(caller, Report({"stage": "late", "fraction": 0.5, "message": ""}, "", 0, 0))


def test_what_was_decided_first_stays(service: DeskService, runs: Runs) -> None:
    job, desk = service.job(), Desk(service.record, service.store)
    ticket = runs.open(job.id, deed("say"))
    caller = Caller(ticket.token, "pod-1")
    desk.begin(caller)

    runs.end(job.id, ticket.run, Exit("stopped", None, ""))
    desk.end(caller, {"reason": "finished", "code": 0, "detail": ""}, [])

    assert runs.current(job.id).exit.reason == "stopped"
