"""What Linux tells about processes, read from real ones."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from workbench.runner.local import procfs

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


@pytest.fixture
def sleeper():
    with subprocess.Popen(SLEEP) as process:
        yield process
        process.kill()


def test_this_boot_has_a_name_that_does_not_change() -> None:
    assert procfs.boot_id() == procfs.boot_id()
    assert len(procfs.boot_id()) == 36


def test_a_start_time_stays_and_ends_with_the_process(sleeper) -> None:
    began = procfs.start_time(sleeper.pid)
    assert began is not None
    assert procfs.start_time(sleeper.pid) == began

    sleeper.kill()
    sleeper.wait(10)

    assert procfs.start_time(sleeper.pid) is None


def test_a_name_with_brackets_and_spaces_does_not_confuse(tmp_path: Path) -> None:
    program = tmp_path / "a) Z (b"
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([str(program), "60"]) as process:
        time.sleep(0.05)
        assert procfs.start_time(process.pid) is not None
        process.kill()


def test_descendants_are_found_through_generations() -> None:
    code = f"import subprocess, time; subprocess.Popen({SLEEP!r}); time.sleep(600)"
    below = procfs.Descendants(os.getpid())
    others = set(below.pids())  # such as a server that other tests have started
    with subprocess.Popen([sys.executable, "-c", code]) as parent:
        deadline = time.monotonic() + 60
        while len(found := set(below.pids()) - others) < 2:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert parent.pid in found
        for pid in found:
            os.kill(pid, signal.SIGKILL)


def test_strangers_are_no_descendants(sleeper) -> None:
    assert os.getppid() not in procfs.Descendants(os.getpid()).pids()
    assert os.getpid() not in procfs.Descendants(os.getpid()).pids()
    assert procfs.Descendants(sleeper.pid).pids() == []


def test_a_process_that_comes_later_is_seen_by_the_same_look(sleeper) -> None:
    below = procfs.Descendants(os.getpid())
    before = below.pids()

    with subprocess.Popen(SLEEP) as later:
        assert set(below.pids()) - set(before) == {later.pid}
        later.kill()


def test_ending_children_leaves_none() -> None:
    code = textwrap.dedent(f"""
        import os, subprocess
        from workbench.runner.local import confine, procfs
        confine.adopt_orphans()
        for _ in range(3):
            subprocess.Popen({SLEEP!r}, start_new_session=True)
        subprocess.Popen(["{sys.executable}", "-c", "import subprocess; subprocess.Popen({SLEEP!r})"])
        procfs.end_children(os.getpid())
        print(procfs.Descendants(os.getpid()).pids())
    """)

    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, timeout=30)

    assert ended.stdout == "[]\n", ended.stderr


def test_memory_is_what_a_process_touched() -> None:
    code = "x = b'x' * (64 << 20); print(flush=True); import time; time.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        used = procfs.memory_bytes([process.pid])
        exact = procfs.proportional_memory_bytes([process.pid])
        process.kill()

    assert 64 << 20 < used < 128 << 20
    assert exact == 0 or 64 << 20 < exact < 128 << 20  # 0: not ours to ask


def test_cpu_time_is_what_a_process_computed() -> None:
    code = "import time\nwhile time.process_time() < 0.5: pass\nprint(flush=True)\ntime.sleep(600)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        used = procfs.cpu_s([process.pid])
        process.kill()

    assert 0.45 <= used < 1.0


def test_the_dead_use_nothing() -> None:
    with subprocess.Popen(["true"]) as dead:
        pass

    assert procfs.memory_bytes([dead.pid]) == 0
    assert procfs.proportional_memory_bytes([dead.pid]) == 0
    assert procfs.cpu_s([dead.pid]) == 0


def test_processes_are_found_by_a_whole_variable_of_their_environment() -> None:
    with subprocess.Popen(SLEEP, env={"WORKBENCH_RUN": "abc"}) as marked:
        time.sleep(0.05)
        assert procfs.tagged("WORKBENCH_RUN=abc") == [marked.pid]
        assert procfs.tagged("WORKBENCH_RUN=ab") == []
        marked.kill()
