"""The device is given back between two pieces of a run's work; a run never works in another's turn."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from eventually import until
from hypothesis import given, settings
from hypothesis import strategies as st
from workbench.runner import Limits
from workbench.runner.local import procfs
from workbench.runner.local.devices import DeviceLock
from workbench.runner.local.turns import Clock, freeze

LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 26, wall_s=60)


def noted(journal: Path) -> list[Path]:
    """What each run has noted, in a file of its own: each is another user."""
    return list(journal.parent.glob(f"{journal.name}-*"))


def periods(journal: Path) -> dict[str, tuple[float, float]]:
    """Name to begin and end, of what has ended."""
    lines = [json.loads(line) for path in noted(journal) for line in path.read_text().splitlines()]
    begins = {name: at for name, word, at in lines if word == "begin"}
    return {name: (begins[name], at) for name, word, at in lines if word == "end"}


def apart(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]


@pytest.fixture
def journal(runs) -> Path:
    return runs.journals / "journal"


MANY = 10_000  # turns, or pieces: more than there is time for, until somebody says that it is enough


def enough(journal: Path) -> None:
    """However long all others have taken to start: from now on none begins another launch or piece."""
    journal.with_name(f"{journal.name}.enough").touch()


def test_work_gets_in_between_the_launches_of_a_measurement(runs, journal: Path) -> None:
    measuring = runs.start("take_turns", exclusive=True, name="a", turns=MANY, seconds=0.3, journal=str(journal))
    until(lambda: "a.1" in periods(journal))

    work = runs.start("journal", name="b", seconds=0.2, journal=str(journal))
    until(lambda: runs.launcher.check(work).waiting_for or runs.launcher.check(work).state == "exited")
    stood_in_line = time.monotonic()
    runs.ended(work)
    until(lambda: max(began for began, _ in periods(journal).values()) > periods(journal)["b"][1])
    enough(journal)

    assert runs.ended(measuring).exit.reason == "finished"
    found = periods(journal)
    launches = [period for name, period in found.items() if name != "b"]
    assert not [began for began, _ in launches if stood_in_line < began < found["b"][0]], "none came before it"
    assert all(apart(found["b"], launch) for launch in launches)


def test_a_measurement_gets_in_between_the_pieces_of_long_work(runs, journal: Path) -> None:
    work = runs.start("work_in_pieces", name="work", pieces=MANY, journal=str(journal))
    until(lambda: noted(journal))
    measuring = runs.start("journal", exclusive=True, name="a", seconds=0.2, journal=str(journal))

    assert runs.ended(measuring).exit.reason == "finished"
    assert "work" not in periods(journal), "it did not wait for all of the work"
    enough(journal)
    assert runs.ended(work).exit.reason == "finished"


def test_two_measurements_alternate_and_work_comes_between_them_in_its_turn(runs, journal: Path) -> None:
    first, second = (
        runs.start("take_turns", exclusive=True, name=name, turns=MANY, seconds=0.2, journal=str(journal))
        for name in "ab"
    )
    until(lambda: {"a.0", "b.0"} <= periods(journal).keys())
    work = runs.start("journal", name="c", seconds=0.1, journal=str(journal))
    assert runs.ended(work).exit.reason == "finished"
    until(lambda: {"a.3", "b.3"} <= periods(journal).keys())
    enough(journal)
    for folder in (first, second):
        assert runs.ended(folder).exit.reason == "finished"

    found = periods(journal)
    order = [name.partition(".")[0] for name in sorted(found, key=lambda name: found[name])]
    assert order.count("c") == 1
    assert all(apart(found[one], found[other]) for one, other in pairwise(sorted(found, key=lambda name: found[name])))
    measured = [name for name in order if name != "c"]
    both_there = measured[max(measured.index(name) for name in "ab") :][:7]
    assert all(one != other for one, other in pairwise(both_there)), order


def test_a_run_that_waits_for_its_next_turn_says_so_and_then_no_more(runs, journal: Path) -> None:
    measuring = runs.start("take_turns", exclusive=True, name="a", turns=MANY, seconds=0.4, journal=str(journal))
    until(lambda: noted(journal))
    work = runs.start("sleep", seconds=1.0)

    until(lambda: runs.launcher.check(measuring).state == "waiting")
    # The work stands before it in the line, and may not yet have woken to take the device when this one asks.
    told = runs.launcher.check(measuring).waiting_for
    assert told in ("device CPU: other work is running", "device CPU: others came first")
    runs.ended(work)
    until(lambda: runs.launcher.check(measuring).state == "running")
    enough(journal)

    assert runs.ended(measuring).exit.reason == "finished"


def test_nothing_of_a_run_works_in_anothers_turn(runs, journal: Path, tmp_path: Path) -> None:
    beats = runs.journals / "beats"
    hostile = runs.start("work_in_others_turns", exclusive=True, beats=str(beats), seconds=2)
    until(lambda: beats.exists() and len(beats.read_text().splitlines()) > 20)

    other = runs.start("journal", exclusive=True, name="other", seconds=0.6, journal=str(journal))
    runs.ended(other)
    runs.launcher.stop(hostile)

    began, ended = periods(journal)["other"]
    times = [float(line) for line in beats.read_text().splitlines()]
    assert [at for at in times if at < began], "it worked before"
    assert not [at for at in times if began <= at <= ended]


def test_a_run_keeps_its_device_no_longer_than_a_turn(runs) -> None:
    hostile = runs.start("sleep", exclusive=True, limits=replace(LIMITS, turn_s=0.5))
    work = runs.start("say", word="my turn")

    ended = runs.ended(hostile).exit
    assert ended.reason == "wall_limit"
    assert ended.detail == "The run kept its device for longer than the 0.5 s of one turn."
    assert runs.ended(work).exit.reason == "finished"


def test_all_turns_together_are_no_longer_than_the_run_may_take(runs, journal: Path) -> None:
    hostile = runs.start(
        "take_turns",
        exclusive=True,
        name="a",
        turns=MANY,
        seconds=0.2,
        journal=str(journal),
        limits=replace(LIMITS, wall_s=3.0, turn_s=2.9),
    )

    assert runs.ended(hostile).exit.reason == "wall_limit"
    assert 2 <= len(periods(journal)) <= 15


def test_waiting_for_the_next_turn_counts_for_no_limit(runs, journal: Path) -> None:
    measuring = runs.start(
        "take_turns",
        exclusive=True,
        name="a",
        turns=3,
        seconds=0.3,
        journal=str(journal),
        limits=replace(LIMITS, wall_s=5.0, turn_s=4.0),
    )
    until(lambda: noted(journal))
    runs.start("sleep", seconds=6)

    assert runs.ended(measuring).exit.reason == "finished"


def test_a_run_can_be_stopped_while_it_waits_for_its_next_turn(runs, gone, journal: Path) -> None:
    measuring = runs.start("take_turns", exclusive=True, name="a", turns=MANY, seconds=0.2, journal=str(journal))
    until(lambda: noted(journal))
    work = runs.start("sleep")
    until(lambda: runs.launcher.check(measuring).state == "waiting")
    core = runs.pid(measuring, "core_process")

    runs.launcher.stop(measuring)

    gone(core)
    assert runs.launcher.check(measuring).exit.reason == "stopped"
    until(lambda: runs.launcher.check(work).state == "running")


@pytest.mark.parametrize("role", ["supervisor", "warden"])
def test_in_its_second_turn_too_the_device_is_not_free_before_the_core_is_dead(
    runs, gone, journal: Path, role: str
) -> None:
    turns = {"turns": 2, "first_s": 0.1, "seconds": 600}
    measuring = runs.start("take_turns", exclusive=True, name="a", **turns, journal=str(journal))
    until(lambda: "a.0" in periods(journal) and any('"a.1"' in path.read_text() for path in noted(journal)))
    core = runs.pid(measuring, "core_process")
    waiting = runs.start("journal", exclusive=True, name="next", seconds=0.1, journal=str(journal))
    until(lambda: runs.launcher.check(waiting).waiting_for is not None)

    os.kill(runs.pid(measuring, role), signal.SIGKILL)

    gone(core)
    died = time.monotonic()
    runs.ended(waiting)
    assert periods(journal)["next"][0] >= died - 0.1


def test_a_clock_that_jumps_changes_no_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, now = Clock(), time.time()
    for jump_s in (3600, -3600):
        monkeypatch.setattr(time, "time", lambda jump_s=jump_s: now + jump_s)
        assert clock.total_s < 60
        clock.pause()
        assert clock.turn_s == 0
        clock.go_on()
        assert clock.turn_s < 60


def test_a_process_whose_first_thread_is_dead_is_stopped_as_any_other() -> None:
    code = (
        "import ctypes, threading, time\n"
        "def work():\n for _ in range(100000): print(_, flush=True); time.sleep(0.01)\n"
        "threading.Thread(target=work).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    try:
        child.stdout.readline()
        freeze(child.pid, procfs.Descendants(child.pid))
        os.set_blocking(child.stdout.fileno(), False)
        child.stdout.read()
        time.sleep(0.1)
        assert not child.stdout.read()
    finally:
        child.kill()
        child.wait(10)
        child.stdout.close()


# -- the line itself, as if by many processes: a lock belongs to an open file, not to a process -------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("line")


class Line:
    """Its model: whoever came first enters first, measurements alone, work together."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.inside: dict[int, tuple[str, DeviceLock]] = {}

    def free_for(self, kind: str) -> bool:
        return not self.inside or (kind == "share" and all(each == "share" for each, _ in self.inside.values()))


class _MustWaitError(Exception):
    pass


def _refuse(reason: str) -> None:
    raise _MustWaitError(reason)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.sampled_from(["measure", "share", "leave"]), st.integers(0, 5)), max_size=30))
def test_whoever_finds_no_measurement_before_enters_and_a_measurement_enters_alone(
    home: Path, steps: list[tuple[str, int]]
) -> None:
    line = Line(home)
    try:
        for number, (what, which) in enumerate(steps):
            if what == "leave":
                for key in list(line.inside)[which : which + 1]:
                    line.inside.pop(key)[1].close()
                continue
            lock, free = DeviceLock(home), line.free_for(what)
            try:
                getattr(lock, what)(_refuse)
                entered = True
            except _MustWaitError:
                entered = False
            assert entered == free, (what, [kind for kind, _ in line.inside.values()])
            if entered:
                line.inside[number] = (what, lock)
            else:
                lock.close()  # as one that was killed while it waited
    finally:
        for _, lock in line.inside.values():
            lock.close()


WAITER = """
import os, sys, time
from pathlib import Path
from workbench.runner.local.devices import DeviceLock
home, kind, name, heard = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
lock = DeviceLock(home)
say = lambda word: os.write(heard, f"{name} {word}\\n".encode())
getattr(lock, kind)(lambda _: say("waits"))
say("enters")
time.sleep(0.02)
say("leaves")
"""


@pytest.fixture
def heard() -> Iterator[tuple[socket.socket, socket.socket]]:
    pair = socket.socketpair()
    yield pair
    for each in pair:
        each.close()


@pytest.mark.parametrize("kinds", [["measure"] * 6, ["share", "measure"] * 3, ["measure", "share", "share"] * 2])
def test_who_waited_longest_enters_first(tmp_path: Path, heard, kinds: list[str]) -> None:
    ours, theirs = heard
    gate = DeviceLock(tmp_path)
    gate.measure(pytest.fail)
    waiters = []
    for number, kind in enumerate(kinds):
        arguments = [str(tmp_path), kind, f"{number}", str(theirs.fileno())]
        waiters.append(subprocess.Popen([sys.executable, "-c", WAITER, *arguments], pass_fds=(theirs.fileno(),)))
        assert ours.recv(100).decode() == f"{number} waits\n"

    gate.release()
    for waiter in waiters:
        waiter.wait(20)
    gate.close()

    lines = ours.recv(10_000).decode().split("\n")[:-1]
    entered = [int(line.split()[0]) for line in lines if line.endswith("enters")]
    assert len(entered) == len(kinds)
    for number, kind in enumerate(kinds):
        if kind == "measure":  # it enters after all that came before, and before all that came later
            assert set(entered[: entered.index(number)]) == set(range(number))


def test_a_run_of_an_earlier_release_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    code = (
        "import fcntl, os, sys, time\n"
        "lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT)\n"
        "fcntl.flock(lock, fcntl.LOCK_EX)\nprint('holds', flush=True)\ntime.sleep(0.5)"
    )
    path = tmp_path / "locks" / "host.lock"
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True) as older:
        older.stdout.readline()
        lock, said = DeviceLock(tmp_path), list[str]()

        lock.measure(said.append)

        assert said == ["a run of an earlier release"]
        assert older.wait(10) == 0
        lock.close()
