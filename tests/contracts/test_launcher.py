"""What every launcher promises, whatever the place where it lets a core's process live.

A further launcher is a further parameter of ``place``, with nothing else to change; `tests/cluster` brings that of a
cluster.
"""

from __future__ import annotations

import contextlib
import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from eventually import until
from workbench.runner import (
    Launch,
    Launcher,
    Limits,
    Outcome,
    ProcessLauncher,
    Status,
    read_log,
    read_outcome,
    read_progress,
)

CORES = Path(__file__).resolve().parents[2] / "libs" / "runner" / "tests" / "cores"
LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 26, wall_s=60)
MIB = 1 << 20


@dataclass
class Place:
    """Where runs live, and what outlives the launchers that a test makes there."""

    again: Callable[[], Launcher]
    work: Path
    journal: Path
    runs: list[Path] = field(default_factory=list)

    def folder(self) -> Path:
        """Of a new run."""
        path = self.work / f"run{len(self.runs)}"
        (path / "inputs").mkdir(parents=True)
        self.runs.append(path)
        return path

    def bring(self, launch: Launch, folder: Path, **inputs: str) -> Launch:
        """The launch, with inputs of these texts."""
        for name, text in inputs.items():
            (folder / "inputs" / name).write_text(text)
        return launch

    def stage(self, folder: Path) -> str | None:
        """What the core at work has last said that it does."""
        progress, _ = read_progress(folder)
        return progress[-1].stage if progress else None

    def begins(self, _folder: Path) -> int:
        """How often the core that keeps the journal has begun."""
        return sum(path.read_text().count("begin") for path in self.journal.parent.glob("journal-*"))


@pytest.fixture(params=["process"])
def place(in_processes: None, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    journals = tmp_path / "journals"  # each core is a user of its own
    journals.mkdir()
    journals.chmod(0o777)
    launchers: dict[str, Callable[[], Launcher]] = {
        "process": lambda: ProcessLauncher(tmp_path / "home", (CORES,), writable=(journals,)),
    }
    place = Place(launchers[request.param], tmp_path / "work", journals / "journal")
    yield place
    for folder in place.runs:
        place.again().stop(folder)


@pytest.fixture
def launcher(place: Place) -> Launcher:
    return place.again()


def deed(do: str, limits: Limits = LIMITS, **more: Any) -> Launch:
    return Launch("runner_test_cores.acting", {"do": do, **more}, {}, limits)


def ended(launcher: Launcher, folder: Path, timeout_s: float = 30) -> Status:
    status = launcher.wait(folder, timeout_s)
    assert status.state == "exited", status
    return status


def running(place: Place, folder: Path) -> bool:
    """The core's own code is at work."""
    return place.again().check(folder).state == "running" and place.stage(folder) is not None


def outcome_of(launcher: Launcher, folder: Path) -> Outcome:
    return read_outcome(folder, launcher.check(folder).exit)


def test_a_core_reads_its_spec_and_inputs_and_leaves_a_result_with_files(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("say", word="hello"))

    assert ended(launcher, folder).exit.reason == "finished"
    outcome = outcome_of(launcher, folder)
    assert outcome.result == {"said": "hello"}
    assert {name: path.read_text() for name, path in outcome.files.items()} == {"folder/said.txt": "hello"}


def test_a_core_sees_the_inputs_that_were_staged(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, place.bring(deed("read"), folder, a="first", b="second"))

    ended(launcher, folder)
    assert outcome_of(launcher, folder).result == {"read": {"a": "first", "b": "second"}}


def test_progress_and_log_can_be_followed(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("say", word="hello"))
    ended(launcher, folder)

    progress, offset = read_progress(folder)
    assert [(line.stage, line.fraction, line.message) for line in progress] == [("saying", 0.5, "half")]
    assert read_progress(folder, offset) == ([], offset)
    assert "a line of the log" in read_log(folder)[0]


def test_progress_arrives_while_the_core_is_at_work(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("sleep"))

    until(lambda: place.stage(folder) == "sleeping")
    assert launcher.check(folder).state == "running"


def test_a_refusal_arrives_whole_and_no_fact_replaces_its_kind(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("refuse"))

    ended(launcher, folder)
    assert outcome_of(launcher, folder).refusal == {
        "kind": "NotToday",
        "detail": "not on a Tuesday",
        "day": "Tuesday",
        "remedy": "come back tomorrow.",
    }


def test_a_refusal_without_a_remedy_promises_none(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("refuse_without_remedy"))

    ended(launcher, folder)
    assert outcome_of(launcher, folder).refusal == {"kind": "NoRemedy", "detail": "no"}


def test_a_defect_of_the_core_is_a_crash_with_its_traceback_in_the_log(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("fail"))

    assert ended(launcher, folder).exit.reason == "crashed"
    outcome = outcome_of(launcher, folder)
    assert (outcome.result, outcome.refusal, outcome.reason) == (None, None, "crashed")
    assert "ValueError: a defect of the core" in read_log(folder)[0]


@pytest.mark.parametrize("signal_name", ["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL"])
def test_a_crash_is_told_by_its_signal(place: Place, launcher: Launcher, signal_name: str) -> None:
    folder = place.folder()

    launcher.start(folder, deed("crash", signal=signal_name))

    exit_ = ended(launcher, folder).exit
    assert exit_.reason == "crashed"
    assert signal_name in exit_.detail


def test_a_core_that_is_killed_counts_as_killed_so_that_it_is_tried_again(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("crash", signal="SIGKILL"))

    assert ended(launcher, folder).exit.reason == "killed"
    assert outcome_of(launcher, folder).reason == "killed"


def test_a_core_that_takes_too_much_memory_bit_by_bit_is_ended(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("hoard", replace(LIMITS, memory_bytes=100 * MIB), mib=250))

    exit_ = ended(launcher, folder).exit
    assert exit_.reason == "out_of_memory"
    assert "100 MiB" in exit_.detail


def test_the_memory_of_its_children_counts(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("hoard_in_children", replace(LIMITS, memory_bytes=150 * MIB), mib=300))

    assert ended(launcher, folder).exit.reason == "out_of_memory"


def test_one_request_for_far_too_much_memory_fails_at_once(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("ask_for_too_much"))

    ended(launcher, folder)
    outcome = outcome_of(launcher, folder)
    assert outcome.reason == "out_of_memory"
    assert "memory" in outcome.detail


def test_native_code_that_aborts_without_memory_is_out_of_memory(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("abort_like_native_code"))

    assert ended(launcher, folder).exit.reason == "out_of_memory"


def test_the_wall_limit_ends_a_core_that_hangs(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("ignore_signals", replace(LIMITS, wall_s=0.5)))

    exit_ = ended(launcher, folder).exit
    assert exit_.reason == "wall_limit"
    assert "0.5 s" in exit_.detail


@pytest.mark.parametrize("do", ["burn", "burn_in_children"])
def test_the_cpu_limit_ends_a_core_that_computes_for_ever(place: Place, launcher: Launcher, do: str) -> None:
    folder = place.folder()

    launcher.start(folder, deed(do, replace(LIMITS, cpu_s=1)))

    exit_ = ended(launcher, folder, 45).exit
    assert exit_.reason == "cpu_limit"
    assert "1 s" in exit_.detail


def test_the_file_size_limit_ends_a_core_that_writes_too_large_a_file(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("write_large", replace(LIMITS, file_bytes=2 * MIB), mib=5))

    exit_ = ended(launcher, folder).exit
    assert exit_.reason == "file_limit"
    assert (folder / "outputs" / "large.bin").stat().st_size <= 2 * MIB


@pytest.mark.parametrize("do", ["write_many_files", "write_without_a_name"])
def test_the_disk_limit_ends_a_core_whose_files_are_too_much_together(
    place: Place, launcher: Launcher, do: str
) -> None:
    folder = place.folder()

    launcher.start(folder, deed(do, replace(LIMITS, disk_bytes=4 * MIB), files=6))

    exit_ = ended(launcher, folder).exit
    assert exit_.reason == "disk_limit"
    assert "4 MiB in all its files" in exit_.detail


def test_a_file_as_large_as_the_limit_is_fine(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("write_large", replace(LIMITS, file_bytes=2 * MIB), mib=2))

    assert ended(launcher, folder).exit.reason == "finished"


def test_a_run_that_gives_its_device_back_between_two_pieces_of_work_goes_on(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launch = deed("take_turns", name="a", turns=4, seconds=0.1, journal="journal")

    launcher.start(folder, replace(launch, exclusive=True))

    assert ended(launcher, folder).exit.reason == "finished"


def test_the_limit_of_a_turn_ends_a_core_that_keeps_its_device(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launch = deed("sleep")

    launcher.start(folder, replace(launch, exclusive=True, limits=replace(LIMITS, turn_s=1)))

    assert ended(launcher, folder).exit.reason == "wall_limit"


def test_stop_ends_the_core_and_says_so(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launcher.start(folder, deed("ignore_signals"))
    until(lambda: running(place, folder))

    launcher.stop(folder)

    assert launcher.check(folder).exit.reason == "stopped"
    assert outcome_of(launcher, folder).reason == "stopped"


def test_stop_of_a_run_that_had_its_result_but_not_its_end_is_still_a_stop(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launcher.start(folder, deed("hang_after_result"))
    until(lambda: place.stage(folder) == "hanging")

    launcher.stop(folder)

    outcome = outcome_of(launcher, folder)
    assert (outcome.result, outcome.reason) == (None, "stopped")


def test_stop_twice_and_stop_of_nothing_are_fine(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launcher.stop(folder)
    launcher.start(folder, deed("sleep"))

    launcher.stop(folder)
    launcher.stop(folder)

    assert launcher.check(folder).state == "exited"


def test_stop_leaves_a_finished_run_as_it_is(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launcher.start(folder, deed("say", word="hello"))
    ended(launcher, folder)

    launcher.stop(folder)

    assert launcher.check(folder).exit.reason == "finished"
    assert outcome_of(launcher, folder).result == {"said": "hello"}


def test_a_folder_without_a_run_is_absent_and_waiting_for_it_does_not_block(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    started = time.monotonic()

    assert launcher.wait(folder, 30).state == "absent"
    assert launcher.check(folder / "nowhere").state == "absent"
    assert time.monotonic() - started < 5


def test_waiting_ends_when_the_time_is_over(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launcher.start(folder, deed("sleep"))
    started = time.monotonic()

    status = launcher.wait(folder, 0.3)

    assert status.state != "exited"
    assert 0.2 < time.monotonic() - started < 10


def test_another_launcher_finds_the_run_and_its_end(place: Place) -> None:
    folder = place.folder()
    place.again().start(folder, deed("sleep", seconds=1.5))

    adopting = place.again()

    assert adopting.check(folder).state in ("waiting", "running")
    assert ended(adopting, folder).exit.reason == "finished"
    assert outcome_of(adopting, folder).result == {}


def test_another_launcher_can_stop_the_run(place: Place) -> None:
    folder = place.folder()
    place.again().start(folder, deed("sleep"))

    place.again().stop(folder)

    assert place.again().check(folder).exit.reason == "stopped"


def test_starting_a_live_run_again_adopts_it(place: Place) -> None:
    folder = place.folder()
    launch = deed("journal", name="one", journal=str(place.journal), seconds=1)

    for _ in range(3):
        place.again().start(folder, launch)

    ended(place.again(), folder)
    assert place.begins(folder) == 1


def test_racing_starts_are_one_run(place: Place) -> None:
    folder = place.folder()
    launch = deed("journal", name="one", journal=str(place.journal), seconds=0.5)

    with ThreadPoolExecutor(8) as starters:
        list(starters.map(lambda _: place.again().start(folder, launch), range(8)))

    ended(place.again(), folder)
    assert place.begins(folder) == 1


def test_starting_a_finished_run_again_leaves_it(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launcher.start(folder, deed("say", word="hello"))
    ended(launcher, folder)

    launcher.start(folder, deed("say", word="something else"))

    assert ended(launcher, folder).exit.reason == "finished"
    assert outcome_of(launcher, folder).result == {"said": "hello"}


def test_runs_do_not_disturb_each_other(place: Place, launcher: Launcher) -> None:
    folders = [place.folder() for _ in range(4)]

    for number, folder in enumerate(folders):
        launcher.start(folder, deed("say", word=f"word {number}"))

    for number, folder in enumerate(folders):
        ended(launcher, folder)
        assert outcome_of(launcher, folder).result == {"said": f"word {number}"}


@contextlib.contextmanager
def listening(folder: Path) -> Iterator[dict[str, Any]]:
    """Servers of this machine that a core must not reach: by TCP, by a path, by an abstract name."""
    name = f"workbench-test-{uuid.uuid4()}"
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as path,
        socket.socket(socket.AF_UNIX) as abstract,
    ):
        os.chdir(folder)  # the path of a socket is short
        path.bind("sock")
        abstract.bind(f"\0{name}")
        for server in (path, abstract):
            server.listen()
        yield {"port": tcp.getsockname()[1], "sockets": [str(folder / "sock"), f"@{name}"], "peers": [os.getpid()]}


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As a workbench has it, with something to take."""
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "home"
    for name in ("token", "rows/project.sqlite", "store/identity/tokens/a", "work/other/spec.json"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("a secret")
    return home


def test_a_core_reaches_nothing_but_its_own(place: Place, launcher: Launcher, home: Path, tmp_path: Path) -> None:
    folder = place.folder()

    with listening(tmp_path) as servers:
        launch = Launch("runner_test_cores.probing", {"home": str(home), **servers}, {}, LIMITS)
        launcher.start(folder, place.bring(launch, folder, a="an input"))
        ended(launcher, folder, 60)

    found = outcome_of(launcher, folder).result
    assert found, read_log(folder)[0]
    assert len(found) > 80
    assert {name: got for name, got in found.items() if not got.startswith("DENIED ")} == {}


def test_a_core_that_does_not_exist_is_a_crash_that_names_it(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, replace(deed("say"), core="runner_test_cores.nobody"))

    assert ended(launcher, folder).exit.reason == "crashed"
    assert "runner_test_cores.nobody" in read_log(folder)[0]


def test_a_result_counts_however_the_process_ended_after_it(place: Place, launcher: Launcher) -> None:
    for do, said in (("leave_after_result", "before leaving"), ("crash_after_result", "before crashing")):
        folder = place.folder()

        launcher.start(folder, deed(do, code=3))

        assert ended(launcher, folder).exit.reason == "finished"
        assert outcome_of(launcher, folder).result == {"said": said}


def test_a_result_counts_though_tearing_down_hangs(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("hang_after_result", replace(LIMITS, wall_s=1)))

    ended(launcher, folder)
    assert outcome_of(launcher, folder).result == {"said": "before hanging"}


def test_a_process_that_leaves_without_a_result_is_a_crash(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("leave", code=0))

    assert ended(launcher, folder).exit.reason == "crashed"


def test_half_a_result_is_no_result(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("half_a_result"))

    ended(launcher, folder)
    outcome = outcome_of(launcher, folder)
    assert (outcome.result, outcome.reason) == (None, "crashed")
    assert "not valid JSON" in outcome.detail


def test_a_result_that_json_cannot_hold_is_a_crash(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("return_what_json_cannot"))

    assert ended(launcher, folder).exit.reason == "crashed"
    assert "not JSON serializable" in read_log(folder)[0]


def test_a_flood_of_log_and_progress_is_bounded_and_keeps_both_ends(place: Place, launcher: Launcher) -> None:
    folder = place.folder()

    launcher.start(folder, deed("flood", mib=25))

    assert ended(launcher, folder).exit.reason == "finished"
    for name in ("log.txt", "progress.jsonl"):
        assert (folder / name).stat().st_size <= 10 * MIB, name
    log = (folder / "log.txt").read_text()
    assert log.startswith("the first line\n")
    assert "[... cut: more than" in log
    assert log.endswith("the last line\n")


def test_a_run_that_was_forgotten_is_absent_and_may_be_started_again(place: Place, launcher: Launcher) -> None:
    folder = place.folder()
    launcher.start(folder, deed("say", word="hello"))
    ended(launcher, folder)

    launcher.forget(folder)

    assert launcher.check(folder).state == "absent"
    launcher.start(folder, deed("say", word="something else"))
    ended(launcher, folder)
    assert outcome_of(launcher, folder).result == {"said": "something else"}
