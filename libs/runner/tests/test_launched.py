"""A process is found again by pid, start time and boot; nobody else is ever taken for it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from workbench.runner import ProcessLauncher
from workbench.runner.local import procfs
from workbench.runner.local.launched import Process, read_exit, read_launched


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process of somebody else's, alive during the test."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as process:
        yield process
        process.kill()


def identity(pid: int) -> dict[str, Any]:
    return {"pid": pid, "start_time": procfs.start_time(pid)}


def announce(folder: Path, process: dict[str, Any], **changes: Any) -> None:
    (folder / "launch.json").write_text(
        json.dumps(
            {"state": "running", "run": "0123", "boot_id": procfs.boot_id(), "supervisor": process, "warden": process}
            | changes
        )
    )


def test_a_process_is_alive_until_it_is_a_zombie(stranger: subprocess.Popen[bytes]) -> None:
    process = Process(**identity(stranger.pid))
    assert process.alive()

    os.kill(stranger.pid, signal.SIGKILL)

    os.waitid(os.P_PID, stranger.pid, os.WEXITED | os.WNOWAIT)  # not reaped: its pid still exists
    assert not process.alive()


def test_a_pid_with_another_start_time_is_another_process(stranger: subprocess.Popen[bytes]) -> None:
    reused = Process(stranger.pid, identity(stranger.pid)["start_time"] - 1)

    assert not reused.alive()
    reused.kill(signal.SIGKILL)
    time.sleep(0.05)
    assert stranger.poll() is None, "the one who has the pid now must not be killed"


def test_killing_and_waiting_for_the_dead_is_fine() -> None:
    with subprocess.Popen(["true"]) as ended:
        process = Process(ended.pid, procfs.start_time(ended.pid) or 0)
    process.kill(signal.SIGKILL)
    assert process.wait(5)


def test_waiting_ends_with_the_process(stranger: subprocess.Popen[bytes]) -> None:
    process = Process(**identity(stranger.pid))
    assert not process.wait(0.05)

    process.kill(signal.SIGKILL)

    assert process.wait(5)


def test_a_record_knows_its_live_supervisor(tmp_path: Path, stranger: subprocess.Popen[bytes]) -> None:
    announce(tmp_path, identity(stranger.pid))

    launched = read_launched(tmp_path)

    assert launched.alive()
    assert launched.same_boot
    assert launched.run == "0123"


def test_stop_does_not_kill_the_one_who_got_the_pid_later(tmp_path: Path, stranger: subprocess.Popen[bytes]) -> None:
    announce(tmp_path, identity(stranger.pid) | {"start_time": 1})

    launcher = ProcessLauncher(tmp_path / "home")
    assert launcher.check(tmp_path).exit.reason == "killed"
    launcher.stop(tmp_path)

    assert stranger.poll() is None
    assert launcher.check(tmp_path).exit.reason == "stopped"


def test_stop_does_not_kill_across_boots(tmp_path: Path, stranger: subprocess.Popen[bytes]) -> None:
    announce(tmp_path, identity(stranger.pid), boot_id="another")

    launcher = ProcessLauncher(tmp_path / "home")
    assert launcher.check(tmp_path).exit.reason == "killed"
    launcher.stop(tmp_path)

    assert stranger.poll() is None


def test_leftovers_of_another_run_are_not_ended(tmp_path: Path) -> None:
    variables = {"WORKBENCH_RUN": "another"}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=variables) as other:
        announce(tmp_path, {"pid": 2**22 - 1, "start_time": 1}, run="this one")
        read_launched(tmp_path).end_leftovers()
        time.sleep(0.1)
        assert other.poll() is None
        other.kill()


def test_leftovers_of_this_run_are_ended(tmp_path: Path) -> None:
    variables = {"WORKBENCH_RUN": "this one"}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=variables) as left:
        announce(tmp_path, {"pid": 2**22 - 1, "start_time": 1}, run="this one")
        read_launched(tmp_path).end_leftovers()
        assert left.wait(10) == -signal.SIGKILL


def test_a_run_without_a_mark_ends_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env={"WORKBENCH_RUN": ""}) as other:
        announce(tmp_path, {"pid": 2**22 - 1, "start_time": 1}, run="")
        read_launched(tmp_path).end_leftovers()
        time.sleep(0.1)
        assert other.poll() is None
        other.kill()


@pytest.mark.parametrize(
    "process",
    [
        None,
        [],
        7,
        "x",
        {},
        {"pid": 1, "start_time": 1},
        {"pid": 0, "start_time": 1},
        {"pid": -1, "start_time": 1},
        {"pid": "7", "start_time": 1},
        {"pid": 7, "start_time": None},
        {"pid": 7.5, "start_time": 1},
    ],
)
def test_a_forged_process_is_nobody(tmp_path: Path, process: Any) -> None:
    announce(tmp_path, process)

    launched = read_launched(tmp_path)

    assert launched.processes == ()
    assert not launched.alive()
    assert launched.wait(0)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"state": "running"}'])
def test_a_record_without_a_supervisor_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "launch.json").write_text(text)

    assert read_launched(tmp_path) is None
    assert read_exit(tmp_path) is None


def test_no_folder_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert read_launched(tmp_path / "nowhere") is None
    assert read_launched(tmp_path / "file") is None
    assert read_exit(tmp_path / "file") is None


def test_a_run_of_an_earlier_boot_is_started_again(runs) -> None:
    folder = runs.start("say", word="before the power cut")
    runs.ended(folder)
    (folder / "launch.json").write_text(json.dumps(runs.record(folder) | {"boot_id": "another"}))
    assert runs.launcher.check(folder).exit.reason == "killed"

    runs.launcher.start(folder, runs.launch("say", word="after it"))

    runs.ended(folder)
    assert json.loads((folder / "result.json").read_text())["result"] == {"said": "after it"}
