"""A measurement has its machine for itself, whoever dies meanwhile."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest
from eventually import until
from workbench.runner.documents import has_result
from workbench.runner.local.devices import DeviceLock, standing

HOLDER = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from workbench.runner.local.devices import DeviceLock, standing
    home, kind, seconds = sys.argv[1:]  # seconds: none, to hold it until it is told to free it
    lock = DeviceLock(Path(home))
    said = lambda reason: print(reason, flush=True)
    lock.measure(said) if kind == "measure" else lock.share(said)
    print("holds", time.monotonic(), flush=True)
    time.sleep(float(seconds)) if seconds else sys.stdin.readline()
    print("frees", time.monotonic(), flush=True)
""")


class Holder:
    """A process that takes the lock, holds it as long as it is told or until it is told to free it, and ends."""

    def __init__(self, home: Path, kind: str, seconds: float | None) -> None:
        held_for = "" if seconds is None else str(seconds)
        self.process = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(home), kind, held_for],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def line(self) -> str:
        return self.process.stdout.readline()

    def held(self) -> float:
        """Block until it has the lock; when that was."""
        while not (line := self.line()).startswith("holds"):
            assert line, "it died before it had the lock"
        return float(line.split()[1])

    def free(self) -> None:
        """Now."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def freed(self) -> float:
        return float(self.line().split()[1])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def holder(tmp_path: Path):
    holders = []

    def hold(kind: str, seconds: float | None = None) -> Holder:
        holders.append(Holder(tmp_path, kind, seconds))
        return holders[-1]

    yield hold
    for each in holders:
        each.kill()


def test_work_is_shared(holder) -> None:
    first, second = holder("share"), holder("share")

    first.held()
    second.held()


def test_a_measurement_waits_for_work_and_says_what_for(holder) -> None:
    work = holder("share")
    work.held()
    measurement = holder("measure")

    assert measurement.line() == "other work is running\n"
    work.free()
    began = measurement.held()
    assert began >= work.freed()


def test_work_waits_for_a_measurement_and_says_what_for(holder) -> None:
    measurement = holder("measure")
    measurement.held()
    work = holder("share")

    assert work.line() == "a measurement is running\n"
    measurement.free()
    assert work.held() >= measurement.freed()


def test_measurements_are_one_after_another(holder) -> None:
    first, second = holder("measure", 0.5), holder("measure", 0.5)
    one = (first.held(), first.freed()) if (second_waits := first.process.poll() is None) else None

    other = (second.held(), second.freed())

    assert second_waits
    assert one[1] <= other[0] or other[1] <= one[0]


def test_a_waiting_measurement_goes_before_work_that_came_later(holder) -> None:
    early = holder("share")
    early.held()
    measurement = holder("measure", 0.5)
    measurement.line()
    late = holder("share")
    assert late.line() == "a measurement is waiting\n"
    early.free()

    began = measurement.held()

    assert late.held() >= began + 0.5


def test_a_stream_of_work_does_not_starve_a_measurement(holder, tmp_path: Path) -> None:
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            lock = DeviceLock(tmp_path)
            lock.share(lambda _: None)
            time.sleep(0.05)
            lock.release()
            lock.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()

    asked = time.monotonic()
    began = holder("measure", 0).held()

    stop.set()
    for worker in workers:
        worker.join(10)
    assert began - asked < 30, "the work would have gone on for ever"


def test_the_lock_of_a_killed_process_is_free(holder) -> None:
    first = holder("measure")
    first.held()

    first.kill()

    holder("measure").held()


def test_a_released_lock_is_free_though_its_process_lives(tmp_path: Path) -> None:
    first, second = DeviceLock(tmp_path), DeviceLock(tmp_path)
    first.measure(pytest.fail)

    first.release()

    second.measure(pytest.fail)
    second.release()
    for lock in (first, second):
        lock.close()


def periods(journal: Path) -> dict[str, tuple[float, float]]:
    """Name to begin and end, of what has ended."""
    text = "".join(path.read_text() for path in journal.parent.glob("journal-*"))
    lines = [json.loads(line) for line in text.splitlines()]
    begins = {name: at for name, word, at in lines if word == "begin"}
    return {name: (begins[name], at) for name, word, at in lines if word == "end"}


def overlapping(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def test_no_measurement_overlaps_anything_in_time(runs, tmp_path: Path) -> None:
    journal = runs.journals / "journal"
    kinds = ["work", "measure", "work", "measure", "measure", "work"]

    folders = [
        runs.start("journal", exclusive=kind == "measure", name=f"{kind}{number}", seconds=0.3, journal=str(journal))
        for number, kind in enumerate(kinds)
    ]
    for folder in folders:
        assert runs.ended(folder, 60).exit.reason == "finished"

    found = periods(journal)
    assert len(found) == len(kinds)
    for name in (name for name in found if name.startswith("measure")):
        others = [other for other in found if other != name and overlapping(found[name], found[other])]
        assert not others, f"{name} overlaps {others}: {found}"


def test_work_does_overlap_work(runs, tmp_path: Path) -> None:
    journal = runs.journals / "journal"

    folders = [runs.start("journal", name=f"work{number}", seconds=1.5, journal=str(journal)) for number in range(2)]
    for folder in folders:
        runs.ended(folder)

    one, other = periods(journal).values()
    assert overlapping(one, other)


def test_a_run_says_what_it_waits_for(runs) -> None:
    measuring = runs.start("sleep", exclusive=True)
    runs.at_work(measuring)

    waiting = runs.start("sleep")

    until(lambda: runs.launcher.check(waiting).waiting_for is not None)
    status = runs.launcher.check(waiting)
    assert status.state == "waiting"
    assert status.waiting_for == "device CPU: a measurement is running"


def test_a_run_that_waits_can_be_stopped_and_its_core_never_starts(runs) -> None:
    runs.at_work(measuring := runs.start("sleep", exclusive=True))
    waiting = runs.start("say", word="never said")
    until(lambda: runs.launcher.check(waiting).waiting_for is not None)

    runs.launcher.stop(waiting)

    assert runs.launcher.check(waiting).exit.reason == "stopped"
    assert not has_result(waiting)
    assert runs.launcher.check(measuring).state == "running"


def test_a_stopped_waiting_measurement_lets_the_others_pass(runs) -> None:
    runs.at_work(runs.start("sleep"))
    waiting = runs.start("sleep", exclusive=True)
    until(lambda: runs.launcher.check(waiting).waiting_for is not None)

    runs.launcher.stop(waiting)

    work = runs.start("say", word="hello")
    assert runs.ended(work).exit.reason == "finished"


@pytest.mark.parametrize("role", ["supervisor", "warden"])
def test_the_device_is_not_free_before_the_core_is_dead(runs, gone, tmp_path: Path, role: str) -> None:
    journal = runs.journals / "journal"
    measuring = runs.start("ignore_signals", exclusive=True)
    runs.at_work(measuring)
    core = runs.pid(measuring, "core_process")
    waiting = runs.start("journal", exclusive=True, name="next", seconds=0.1, journal=str(journal))

    os.kill(runs.pid(measuring, role), signal.SIGKILL)

    gone(core)
    died = time.monotonic()
    runs.ended(waiting)
    assert periods(journal)["next"][0] >= died - 0.1


def test_a_wall_limit_does_not_count_the_time_spent_waiting(runs) -> None:
    measuring = runs.start("sleep", exclusive=True, seconds=2)
    runs.at_work(measuring)
    limits = type(runs.launch("").limits)(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 26, wall_s=1.5)

    waiting = runs.start("sleep", limits=limits, seconds=0.1)

    assert runs.ended(waiting).exit.reason == "finished"


@pytest.mark.parametrize(
    ("kind", "said"), [("measure", "a measurement is running"), ("share", "other work is running")]
)
def test_what_works_here_is_told_to_who_asks_and_asking_keeps_nobody_out(
    holder, tmp_path: Path, kind: str, said: str
) -> None:
    with pytest.raises(FileNotFoundError):
        standing(tmp_path)

    working = holder(kind, 60)
    working.held()
    assert standing(tmp_path) == said

    working.kill()
    assert standing(tmp_path) is None
    assert standing(tmp_path) is None
    lock = DeviceLock(tmp_path)
    lock.measure(lambda reason: pytest.fail(reason))
    assert standing(tmp_path) == "a measurement is running"
    lock.close()
