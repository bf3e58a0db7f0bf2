"""Whoever dies, a run is judged right, nothing of it is left alive, and its device becomes free."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from eventually import until
from workbench.runner import ProcessLauncher, read_log, read_outcome
from workbench.runner.documents import has_result

# A process that starts a run, says so, and then is in nobody's way to be killed.
STARTER = textwrap.dedent("""
    import sys, time
    from pathlib import Path
    from workbench.runner import Launch, Limits, ProcessLauncher
    home, folder, cores, seconds = sys.argv[1:]
    ProcessLauncher(Path(home), (Path(cores),)).start(Path(folder), Launch(
        "runner_test_cores.acting", {"do": "sleep", "seconds": float(seconds)}, {},
        Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 26, wall_s=60)))
    print("started", flush=True)
    time.sleep(600)
""")


@pytest.fixture
def started_elsewhere(runs):
    """A run whose launcher was a process that was killed right after: its folder."""

    def start(seconds: float) -> Path:
        folder = runs.folder()
        cores = str(Path(__file__).parent / "cores")
        arguments = [sys.executable, "-c", STARTER, str(runs.home), str(folder), cores, str(seconds)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, start_new_session=True) as starter:
            assert starter.stdout.readline() == "started\n"
            os.killpg(starter.pid, signal.SIGKILL)
            starter.wait(10)
        return folder

    return start


def test_a_run_survives_the_kill_of_the_whole_process_group_that_started_it(runs, started_elsewhere) -> None:
    folder = started_elsewhere(1.5)

    assert runs.launcher.check(folder).state in ("waiting", "running")
    assert runs.ended(folder).exit.reason == "finished"
    assert read_outcome(folder).result == {}


def test_a_run_whose_launcher_was_killed_can_be_stopped(runs, started_elsewhere, gone) -> None:
    folder = started_elsewhere(600)
    core = runs.pid(folder, "core_process")

    runs.launcher.stop(folder)

    gone(core)
    assert runs.launcher.check(folder).exit.reason == "stopped"


def test_the_launcher_has_no_child_to_wait_for(runs) -> None:
    before = {child.pid for child in psutil.Process().children()}
    folder = runs.start("sleep")
    runs.at_work(folder)

    assert {child.pid for child in psutil.Process().children()} <= before


@pytest.mark.parametrize("victim", ["supervisor", "core_process"])
def test_a_killed_supervisor_or_core_is_a_run_that_was_killed(runs, gone, victim: str) -> None:
    folder = runs.start("sleep")
    runs.at_work(folder)
    core = runs.pid(folder, "core_process")

    os.kill(runs.pid(folder, victim), signal.SIGKILL)

    assert runs.ended(folder).exit.reason == "killed"
    assert read_outcome(folder).reason == "killed"
    gone(core)


def test_a_killed_warden_ends_the_run(runs, gone) -> None:
    folder = runs.start("sleep")
    runs.at_work(folder)
    core = runs.pid(folder, "core_process")

    os.kill(runs.pid(folder, "warden"), signal.SIGKILL)

    assert runs.ended(folder).exit.reason == "killed"
    gone(core)


def test_supervisor_and_warden_killed_at_once_leave_no_core(runs, gone) -> None:
    folder = runs.start("ignore_signals")
    runs.at_work(folder)
    core, supervisor, warden = (runs.pid(folder, role) for role in ("core_process", "supervisor", "warden"))

    os.kill(supervisor, signal.SIGSTOP)  # so that it cannot do a last good deed
    os.kill(warden, signal.SIGKILL)
    os.kill(supervisor, signal.SIGKILL)

    gone(core)
    assert runs.ended(folder).exit.reason == "killed"


@pytest.mark.parametrize("role", ["supervisor", "warden"])
def test_an_asked_for_end_without_a_stop_counts_as_killed(runs, role: str) -> None:
    """As when the machine shuts down: the job is to run again, not to count as cancelled."""
    folder = runs.start("sleep")
    runs.at_work(folder)

    os.kill(runs.pid(folder, role), signal.SIGTERM)

    assert runs.ended(folder).exit.reason == "killed"


def test_a_result_that_was_complete_counts_though_the_supervisor_was_killed(runs) -> None:
    folder = runs.start("hang_after_result")
    until(lambda: has_result(folder))

    os.kill(runs.pid(folder, "supervisor"), signal.SIGKILL)

    runs.ended(folder)
    assert read_outcome(folder).result == {"said": "before hanging"}


def test_a_killed_run_starts_afresh_with_its_inputs_and_without_what_it_left(runs) -> None:
    folder = runs.folder()
    (folder / "inputs").mkdir()
    (folder / "inputs" / "a.txt").write_text("kept")
    runs.launcher.start(folder, runs.launch("sleep"))
    runs.at_work(folder)
    (folder / "outputs" / "left.bin").write_text("of the dead run")
    (folder / "tmp" / "left.bin").write_text("of the dead run")
    for role in ("warden", "supervisor"):
        os.kill(runs.pid(folder, role), signal.SIGKILL)
    (folder / "exit.json").unlink(missing_ok=True)
    runs.launcher.wait(folder, 10)
    (folder / "exit.json").unlink(missing_ok=True)

    runs.launcher.start(folder, runs.launch("read"))

    runs.ended(folder)
    outcome = read_outcome(folder)
    assert outcome.result == {"read": {"a.txt": "kept"}}
    assert outcome.files == {}
    assert not (folder / "tmp" / "left.bin").exists()


@pytest.mark.parametrize("finish", [False, True])
def test_children_in_sessions_of_their_own_die_with_the_core(runs, gone, finish: bool) -> None:
    folder = runs.start("breed", finish=finish)
    until((folder / "tmp" / "pids").exists)
    pids = json.loads((folder / "tmp" / "pids").read_text())

    runs.ended(folder) if finish else runs.launcher.stop(folder)

    for pid in pids:
        gone(pid)


def test_children_die_when_the_supervisor_is_killed(runs, gone) -> None:
    folder = runs.start("breed")
    until((folder / "tmp" / "pids").exists)

    os.kill(runs.pid(folder, "supervisor"), signal.SIGKILL)

    runs.ended(folder)
    for pid in json.loads((folder / "tmp" / "pids").read_text()):
        gone(pid)


def test_the_wall_limit_ends_the_children_too(runs, gone) -> None:
    folder = runs.start("breed", limits=replace(runs.launch("").limits, wall_s=2))
    until((folder / "tmp" / "pids").exists)

    assert runs.ended(folder).exit.reason == "wall_limit"
    for pid in json.loads((folder / "tmp" / "pids").read_text()):
        gone(pid)


def test_a_stopped_process_can_be_stopped(runs, gone) -> None:
    """SIGSTOP of supervisor and core: only SIGKILL reaches them."""
    folder = runs.start("sleep")
    runs.at_work(folder)
    core = runs.pid(folder, "core_process")
    os.kill(core, signal.SIGSTOP)

    runs.launcher.stop(folder)

    gone(core)
    assert runs.launcher.check(folder).exit.reason == "stopped"


def test_a_core_cannot_forge_how_it_ended(runs) -> None:
    folder = runs.start("forge_exit")

    assert runs.ended(folder).exit.reason == "killed"
    assert read_outcome(folder).result is None


def test_a_draft_of_a_result_is_none(runs) -> None:
    folder = runs.start("only_a_draft")

    runs.ended(folder)
    assert read_outcome(folder).reason == "killed"


def test_what_a_core_sees_of_its_machine(runs, monkeypatch) -> None:
    monkeypatch.setenv("WORKBENCH_S3_SECRET_KEY", "a secret")
    with socket.create_server(("127.0.0.1", 0)) as server, (runs.work.parent / "open").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        folder = runs.folder()
        given = replace(runs.launch("look_around", port=server.getsockname()[1]), env={"OV_LEVEL": "1", "HOME": "/x"})
        runs.launcher.start(folder, given)
        runs.ended(folder)
    record = runs.record(folder)

    seen = read_outcome(folder).result

    assert seen is not None, read_log(folder)
    assert "a secret" not in json.dumps(seen["environment"])
    assert seen["environment"]["OV_LEVEL"] == seen["given"]["OV_LEVEL"] == "1"
    assert seen["environment"]["HOME"] == str(folder / "tmp"), "what the supervisor sets nobody replaces"
    assert seen["cwd"] == str(folder / "tmp")
    assert str(folder) not in seen["path"], "a file of the model's must not be imported"
    assert not [path for path in seen["descriptors"] if path.endswith(("/open", ".lock", "host.gate"))]
    assert seen["stdin"] == ""
    assert seen["oom_score_adj"] == "1000"
    assert seen["group_of_its_own"]
    assert (seen["network"] == "reached") == (record["network"] == "not isolated")


def test_what_a_run_used_is_told(runs) -> None:
    folder = runs.start("sleep", seconds=0.3)
    runs.ended(folder)

    used = json.loads((folder / "exit.json").read_text())

    assert 0.3 <= used["wall_s"] < 20
    assert 0 < used["cpu_s"] < 5
    assert 5e6 < used["max_rss_bytes"] < 1e9


def test_an_executable_that_cannot_be_started_is_said_and_leaves_nothing(runs, monkeypatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    folder = runs.folder()

    with pytest.raises(FileNotFoundError):
        runs.launcher.start(folder, runs.launch("say", word="x"))

    assert runs.launcher.check(folder).state == "absent"


def test_a_supervisor_that_cannot_work_is_said_with_its_own_words(runs) -> None:
    folder = runs.folder()
    (runs.home / "locks").parent.mkdir(exist_ok=True)
    (runs.home / "locks").write_text("no folder")

    with pytest.raises(OSError, match="supervisor did not start: (.|\\n)*FileExistsError"):
        runs.launcher.start(folder, runs.launch("say", word="x"))

    assert runs.launcher.check(folder).state == "absent"
    assert not runs.launcher.wait(folder, 0).exit


def test_a_launcher_of_another_home_adopts_the_run_as_well(runs, tmp_path: Path) -> None:
    folder = runs.start("sleep", seconds=0.5)

    assert ProcessLauncher(tmp_path / "other").wait(folder, 20).exit.reason == "finished"


@pytest.mark.parametrize("text", ["{", "[]", '"text"', "", "\x00"])
def test_a_spec_that_is_no_json_object_fails_in_the_core_with_a_traceback(runs, text: str) -> None:
    folder = runs.folder()
    (folder / "spec.json").write_text(text)
    (folder / "outputs").mkdir()
    arguments = [sys.executable, "-m", "workbench.runner", "runner_test_cores.acting", str(folder)]

    ended = subprocess.run(arguments, env={"PYTHONPATH": str(Path(__file__).parent / "cores")}, timeout=30)

    assert ended.returncode == 70
    assert not (folder / "result.json").exists()
    assert "Traceback" in (folder / "log.txt").read_text()


def test_a_spec_that_json_cannot_hold_is_refused_before_anything_starts(runs) -> None:
    folder = runs.folder()

    with pytest.raises(TypeError):
        runs.launcher.start(folder, runs.launch("say", word={1, 2}))

    assert runs.launcher.check(folder).state == "absent"
