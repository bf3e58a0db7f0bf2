"""A machine that takes its runs itself, and what can happen to it, to its agent and to the way between."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from workbench.jobs import DatabaseAway, Desk, Job, Runs, State, Worker, sqlite_engine
from workbench.jobs.pods import placed
from workbench.jobs.pods.assigning import Assigning
from workbench.jobs.pods.desk import Caller, Report
from workbench.jobs.problems import RunGone
from workbench.runner import Exit, Launch
from workbench.runner.agent.protocol import PART_BYTES, prefix, release
from workbench.runner.agent.service import Gone, Refused, Service, ask
from workbench.runner.local import procfs
from workbench.runner.machines.launcher import MachineLauncher
from workbench.targets.machines import AWAY_S, Machines

from runs.machine import LIMITS, MACHINE, TEAM, Agent, MachineService
from runs.place import ProcessPlace

SLEEP = Launch("runner_test_cores.acting", {"do": "sleep"}, {}, LIMITS, target=MACHINE)


@pytest.fixture
def service(serving: None, tmp_path: Path) -> Iterator[MachineService]:
    engine = sqlite_engine(tmp_path / "rows.sqlite")
    made = MachineService(tmp_path, engine)
    yield made
    made.close()
    engine.dispose()


@pytest.fixture
def token(service: MachineService) -> str:
    return service.machines.add(TEAM, MACHINE)


@pytest.fixture
def agent(service: MachineService, token: str, tmp_path: Path) -> Iterator[Agent]:
    """It has joined, and works."""
    made = Agent(service, tmp_path)
    made.start(token)
    until(lambda: service.machines.get(TEAM, MACHINE).seen_at is not None)
    yield made
    made.kill()
    for pid in cores_of(made):
        os.kill(pid, signal.SIGKILL)


@dataclass
class Working:
    """A worker in a thread; ``leave`` as when its process is stopped."""

    worker: Worker

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.worker.run, args=(self._stop,))
        self._thread.start()

    def leave(self) -> None:
        self._stop.set()
        self.worker.record.ring()
        self._thread.join(20)


@pytest.fixture(params=["worker", "dispatcher"])
def working(service: MachineService, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], Working]]:
    started: list[Working] = []

    def start() -> Working:
        work = tmp_path / "worker" / "work"
        started.append(Working(service.worker(work, dispatching=request.param == "dispatcher")))
        return started[-1]

    yield start
    for each in started:
        each.leave()
    service.unwatch()


def cores_of(agent: Agent) -> list[int]:
    """What is alive of its runs."""
    found: list[int] = []
    for record in agent.home.glob("agents/*/runs/*/*/launch.json"):
        document = json.loads(record.read_text())
        found += procfs.tagged(f"WORKBENCH_RUN={document['run']}")
    return found


def at_work(service: MachineService, job: Job) -> bool:
    progress = service.record.find(job.id).progress
    return progress is not None


def ended(service: MachineService, job: Job, timeout_s: float = 60) -> Job:
    return until(lambda: (now := service.record.find(job.id)).state.ended and now, timeout_s)


def begins(agent: Agent) -> dict[str, int]:
    """By name, how often each core has begun."""
    found: dict[str, int] = {}
    for path in agent.journal.parent.glob("journal-*"):
        for line in path.read_text().splitlines():
            name, word, _ = json.loads(line)
            found[name] = found.get(name, 0) + (word == "begin")
    return found


def journal(service: MachineService, agent: Agent, name: str, seconds: float) -> Job:
    return service.submit("journal", name=name, journal=str(agent.journal), seconds=seconds)


def test_a_killed_agent_leaves_its_run_alone_and_the_next_one_goes_on_with_it(
    service: MachineService, agent: Agent, working: Callable[[], Working]
) -> None:
    working()
    job = journal(service, agent, "one", 3)
    until(lambda: begins(agent))

    agent.kill()
    time.sleep(0.5)
    agent.start()

    assert ended(service, job).state is State.SUCCEEDED
    assert begins(agent) == {"one": 1}
    until(lambda: not list(agent.home.glob("agents/*/runs/*/*")))


def test_a_log_is_kept_once_though_agents_come_and_go(
    service: MachineService, agent: Agent, working: Callable[[], Working]
) -> None:
    working()
    job = service.submit("count_aloud", to=40, pause_s=0.1)

    for _ in range(3):
        time.sleep(1.0)
        agent.kill()
        agent.start()

    assert ended(service, job).state is State.SUCCEEDED
    assert service.record.log(job, 0)[0].split() == [str(number) for number in range(40)]


def test_a_run_goes_on_while_nobody_answers_and_is_told_of_afterwards(
    service: MachineService, agent: Agent, working: Callable[[], Working]
) -> None:
    working()
    job = journal(service, agent, "one", 1)
    until(lambda: begins(agent))

    service.close()
    time.sleep(3)
    service.open()

    assert ended(service, job).state is State.SUCCEEDED
    assert begins(agent) == {"one": 1}


def test_a_worker_that_leaves_loses_no_run(
    service: MachineService, agent: Agent, working: Callable[[], Working]
) -> None:
    first = working()
    job = journal(service, agent, "one", 3)
    until(lambda: begins(agent))

    first.leave()
    working()

    assert ended(service, job).state is State.SUCCEEDED
    assert begins(agent) == {"one": 1}


def test_cancelling_ends_the_core_there(service: MachineService, agent: Agent, working: Callable[[], Working]) -> None:
    working()
    job = service.submit("sleep")
    until(lambda: at_work(service, job) and cores_of(agent))

    service.record.cancel("deed", TEAM, job.id)

    assert ended(service, job).state is State.CANCELLED
    assert cores_of(agent) == []


def test_a_core_that_is_killed_there_is_another_attempt(
    service: MachineService, agent: Agent, working: Callable[[], Working]
) -> None:
    working()
    job = journal(service, agent, "one", 2)
    until(lambda: begins(agent))

    for pid in cores_of(agent):
        os.kill(pid, signal.SIGKILL)

    done = ended(service, job)
    assert (done.state, done.attempt) == (State.SUCCEEDED, 2)
    assert begins(agent) == {"one": 2}


def test_a_machine_that_is_removed_ends_what_it_does_and_keeps_nothing(
    service: MachineService, agent: Agent, working: Callable[[], Working]
) -> None:
    working()
    job = service.submit("sleep")
    until(lambda: cores_of(agent))

    assert service.machines.remove(TEAM, MACHINE)

    failed = ended(service, job)
    assert failed.state is State.FAILED
    assert f"no machine '{MACHINE}'" in failed.error["detail"]
    assert "targets list" in failed.error["remedy"]
    assert agent.ended(40) == 0
    assert not list(agent.home.glob("agents/*"))


def test_what_is_removed_while_its_agent_is_away_ends_when_that_comes_back(
    service: MachineService, agent: Agent, working: Callable[[], Working]
) -> None:
    working()
    job = service.submit("sleep")
    until(lambda: cores_of(agent))
    agent.kill()
    alive = cores_of(agent)

    service.machines.remove(TEAM, MACHINE)
    assert ended(service, job).state is State.FAILED
    assert cores_of(agent) == alive
    agent.start()

    assert agent.ended(40) == 0
    until(lambda: not any(procfs.start_time(pid) for pid in alive))


def test_a_job_waits_for_a_machine_that_is_away_and_says_so(
    service: MachineService, token: str, working: Callable[[], Working], tmp_path: Path
) -> None:
    working()
    job = service.submit("say", word="hello")

    until(lambda: service.record.find(job.id).waiting_for == f"the machine {MACHINE}, which has not joined yet")
    agent = Agent(service, tmp_path)
    agent.start(token)

    assert ended(service, job).state is State.SUCCEEDED
    assert service.record.find(job.id).attempt == 1
    agent.kill()


def test_a_machine_that_was_silent_is_called_away_with_for_how_long(service: MachineService, agent: Agent) -> None:
    later = Machines(service.store, lambda: time.time() + AWAY_S + 130)

    assert service.machines.standing(TEAM, MACHINE).away is None
    assert later.standing(TEAM, MACHINE).away == f"the machine {MACHINE}, which was last heard of 3 minutes ago"


def test_a_run_of_a_machine_that_is_away_is_given_up_at_once(
    service: MachineService, agent: Agent, tmp_path: Path
) -> None:
    later = Machines(service.store, lambda: time.time() + 2 * AWAY_S)
    launcher = MachineLauncher(Runs(service.record), later.standing, service.record.ring)
    folder = tmp_path / "work" / service.job().id
    launcher.start(folder, SLEEP)
    until(lambda: cores_of(agent))

    began = time.monotonic()
    launcher.stop(folder)

    assert time.monotonic() - began < 5
    assert launcher.check(folder).exit.reason == "stopped"
    until(lambda: not cores_of(agent))


class Flaky(Runs):
    """Whose database is away once."""

    asked = 0

    def ended(self) -> set[str]:
        self.asked += 1
        if self.asked == 1:
            raise DatabaseAway
        return super().ended()


def test_ends_are_noticed_after_the_database_was_away(
    service: MachineService, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placed, "Runs", Flaky)
    places = placed.with_machines(service.record, ProcessPlace(tmp_path, service.record, tmp_path), bool)
    job, noticed = service.job(), threading.Event()
    ticket = Runs(service.record).open(job.id, SLEEP)
    Runs(service.record).end(job.id, ticket.run, Exit("stopped", None, ""))

    places.watch(lambda name: noticed.set() if name == job.id else None)

    assert noticed.wait(20)
    places.machines.close()
    places.others.close()


def test_what_a_machine_began_still_counts_though_it_was_away_for_a_month(
    service: MachineService, token: str, tmp_path: Path
) -> None:
    service.machines.join(token, "m" * 40)
    place = tmp_path / "work" / service.job().id
    launcher = MachineLauncher(Runs(service.record), service.machines.standing, service.record.ring)
    launcher.start(place, SLEEP)
    month = 31 * 24 * 3600.0
    later = Machines(service.store, lambda: time.time() + month)
    desk = Desk(service.record, service.store, signed=False, clock=lambda: time.time() + month)
    [taken] = work(service, "m" * 40)["take"]
    here = Caller(taken["token"], "pod")
    Desk(service.record, service.store, signed=False).begin(here)

    assert "was last heard of 31 days ago" in later.standing(TEAM, MACHINE).away
    assert desk.report(here, Report({"step": "half"}, "", 0, 0)) == {"log_bytes": 0, "stop": False}
    desk.end(here, {"reason": "refused", "code": None, "detail": "so it ended"}, [])

    assert launcher.check(place).state == "exited"


def test_the_token_of_a_run_in_a_cluster_is_good_for_a_week(service: MachineService) -> None:
    ticket = Runs(service.record).open(service.job().id, SLEEP)
    later = Desk(service.record, service.store, clock=lambda: time.time() + 8 * 24 * 3600.0)

    with pytest.raises(RunGone, match="expired"):
        later.begin(Caller(ticket.token, "pod"))


def test_a_token_joins_one_machine_once(service: MachineService, token: str) -> None:
    join = f"{service.url}{prefix('profiler')}/join"
    mine, other = "m" * 40, "o" * 40

    assert ask(join, {}, {"token": token, "secret": mine})["machine"] == MACHINE
    assert ask(join, {}, {"token": token, "secret": mine})["machine"] == MACHINE  # an answer that was lost
    with pytest.raises(Gone):
        ask(join, {}, {"token": token, "secret": other})
    with pytest.raises(Gone):
        work(service, other)
    assert work(service, mine) == {"take": [], "drop": []}


def test_a_token_that_nobody_used_for_a_day_joins_nothing(service: MachineService, token: str) -> None:
    tomorrow = Machines(service.store, lambda: time.time() + 25 * 3600)

    assert tomorrow.join(token, "m" * 40) is None


def test_a_machine_gets_no_run_of_another_team_or_machine(service: MachineService, token: str) -> None:
    service.machines.join(token, "m" * 40)
    service.machines.join(service.machines.add("others", MACHINE), "o" * 40)
    service.machines.join(service.machines.add(TEAM, "second"), "s" * 40)
    launcher = MachineLauncher(Runs(service.record), service.machines.standing, service.record.ring)
    launcher.start(Path("/nowhere") / service.job().id, SLEEP)

    assert len(work(service, "m" * 40)["take"]) == 1
    assert work(service, "o" * 40)["take"] == []
    assert work(service, "s" * 40)["take"] == []
    assert Assigning(service.record).to("others", MACHINE, [], 0, lambda: True).take == ()


def test_an_agent_of_another_release_gets_no_work_and_its_jobs_say_so(service: MachineService, token: str) -> None:
    service.machines.join(token, "m" * 40)

    with pytest.raises(Refused, match=rf"of release 0\.0\.9, the workbench of {release()}"):
        work(service, "m" * 40, of="0.0.9")

    assert "whose agent is of release 0.0.9" in service.machines.standing(TEAM, MACHINE).away


def test_what_a_machine_has_and_nobody_wants_it_is_to_drop(service: MachineService, token: str) -> None:
    service.machines.join(token, "m" * 40)

    assert work(service, "m" * 40, held=["abc"]) == {"take": [], "drop": ["abc"]}


def test_a_machine_sends_no_more_than_a_run_may_leave(service: MachineService, token: str) -> None:
    desk = begun(service, token)

    desk.put_part(1, b"x")
    with pytest.raises(Refused, match="may leave"):
        desk.put_part(9999, b"x")
    with pytest.raises(Refused, match="A part has"):
        desk.put_part(2, b"x" * (PART_BYTES + 1))


def test_no_path_leads_a_machine_to_what_its_run_does_not_read(service: MachineService, token: str) -> None:
    desk = begun(service, token)

    for name in ("a", "../rows.sqlite", "/etc/passwd"):
        with pytest.raises((Gone, Refused, TimeoutError)):
            desk.fetch(name, Path("/dev/null"), lambda answer, _path: answer.read())


def test_a_second_agent_of_the_same_home_leaves_the_first_alone(service: MachineService, agent: Agent) -> None:
    second = Agent(service, agent.home.parent)
    second.start()

    assert second.ended(20) == 2
    assert "already" in agent.log.read_text()


def test_nothing_is_lost_and_nothing_done_twice_when_all_of_it_fails_at_random(
    service: MachineService, agent: Agent, working: Callable[[], Working]
) -> None:
    chance, runs = random.Random(18), int(os.environ.get("WORKBENCH_CHAOS_RUNS", "12"))
    now = working()
    jobs = [journal(service, agent, f"run {number}", 0.4) for number in range(runs)]

    while not all(service.record.find(job.id).state.ended for job in jobs):
        time.sleep(chance.uniform(0.2, 1.5))
        match chance.randrange(3):
            case 0:
                agent.kill()
                agent.start()
            case 1:
                service.close()
                time.sleep(chance.uniform(0.1, 1.0))
                service.open()
            case 2:
                now.leave()
                now = working()

    assert {service.record.find(job.id).state for job in jobs} == {State.SUCCEEDED}
    assert begins(agent) == {f"run {number}": 1 for number in range(runs)}
    until(lambda: not list(agent.home.glob("agents/*/runs/*/*")))


def work(service: MachineService, secret: str, held: list[str] | None = None, of: str = release()) -> dict[str, Any]:
    """What the machine with this secret is told, at once."""
    headers = {"Authorization": f"Bearer {secret}"}
    return ask(f"{service.url}{prefix('profiler')}/work", headers, {"held": held or [], "host": "host", "release": of})


def begun(service: MachineService, token: str) -> Service:
    """The desk of a run that a machine of our own making has begun."""
    service.machines.join(token, "m" * 40)
    launcher = MachineLauncher(Runs(service.record), service.machines.standing, service.record.ring)
    launcher.start(Path("/nowhere") / service.job().id, SLEEP)
    [taken] = work(service, "m" * 40)["take"]
    desk = Service(f"{service.url}{prefix('profiler')}/run", taken["token"], "pod", lambda: True, direct=True)
    desk.begin()
    return desk
