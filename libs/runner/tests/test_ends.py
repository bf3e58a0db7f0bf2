"""How a run ended, told from a wait status, a cause and the last words of a log."""

from __future__ import annotations

import errno
import signal
from pathlib import Path
from typing import get_args

import pytest
from workbench.runner.local import ends
from workbench.runner.local.memory_kills import kills
from workbench.runner.values import ExitReason

LIMITS = {"memory_bytes": 100 * 2**20, "cpu_s": 10, "file_bytes": 5 * 2**20, "wall_s": 2.5}


def ended(
    folder: Path,
    *,
    code: int = 0,
    by: int = 0,
    cause: str | None = None,
    cpu_s: float = 1.0,
    mib: float = 1.0,
    memory_kills: int = 0,
) -> dict:
    usage = {"cpu_s": cpu_s, "max_rss_bytes": mib * 2**20, "wall_s": 1.0, "memory_kills": memory_kills}
    return ends.ended_core(folder, cause, code << 8 | by, usage, LIMITS)


def test_a_result_is_a_finish_with_any_code(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("{")

    assert ended(tmp_path)["reason"] == "finished"
    assert ended(tmp_path, code=3) == {"reason": "finished", "code": 3, "signal": None, "detail": ""}
    assert ended(tmp_path, by=signal.SIGSEGV)["reason"] == "finished"
    assert ended(tmp_path, by=signal.SIGKILL, cause="wall_limit")["reason"] == "finished"


def test_a_terminated_run_is_a_stop_only_if_the_launcher_asked(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("{")

    assert ended(tmp_path, by=signal.SIGKILL, cause="terminated")["reason"] == "killed"
    (tmp_path / "stop.requested").touch()
    assert ended(tmp_path, by=signal.SIGKILL, cause="terminated")["reason"] == "stopped"
    assert ends.ended_waiting(tmp_path)["reason"] == "stopped"


def test_ended_while_waiting_without_a_stop_is_killed(tmp_path: Path) -> None:
    assert ends.ended_waiting(tmp_path)["reason"] == "killed"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (0, "crashed"),
        (1, "crashed"),
        (70, "crashed"),
        (255, "crashed"),
        (ends.NO_MEMORY_CODE, "out_of_memory"),
        (ends.NO_SPACE_CODE, "disk_full"),
    ],
)
def test_exit_codes(tmp_path: Path, code: int, reason: str) -> None:
    assert ended(tmp_path, code=code)["reason"] == reason


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (signal.SIGXCPU, "cpu_limit"),
        (signal.SIGXFSZ, "file_limit"),
        (signal.SIGKILL, "killed"),
        (signal.SIGSEGV, "crashed"),
        (signal.SIGABRT, "crashed"),
        (signal.SIGTERM, "crashed"),
    ],
)
def test_signals(tmp_path: Path, number: signal.Signals, reason: str) -> None:
    found = ended(tmp_path, by=number)

    assert found["reason"] == reason
    assert (found["code"], found["signal"]) == (-number, number)


def test_a_kill_after_all_the_cpu_time_is_the_kernels_cpu_limit(tmp_path: Path) -> None:
    assert ended(tmp_path, by=signal.SIGKILL, cpu_s=9.9)["reason"] == "killed"
    assert ended(tmp_path, by=signal.SIGKILL, cpu_s=10.0)["reason"] == "cpu_limit"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT])
def test_whoever_dies_with_nearly_all_memory_used_died_of_memory_though_no_word_says_so(
    tmp_path: Path, number: signal.Signals
) -> None:
    assert ended(tmp_path, by=number, mib=91)["reason"] == "out_of_memory"
    assert ended(tmp_path, by=number, mib=89)["reason"] in ("killed", "crashed")
    assert ended(tmp_path, by=signal.SIGTERM, mib=91)["reason"] == "crashed"


def test_a_kill_that_the_control_group_counts_as_one_for_memory_is_one(tmp_path: Path) -> None:
    found = ended(tmp_path, by=signal.SIGKILL, memory_kills=1)

    assert found["reason"] == "out_of_memory"
    assert "more memory than its container or control group has left" in found["detail"]
    assert ended(tmp_path, by=signal.SIGSEGV, memory_kills=1)["reason"] == "crashed"


@pytest.mark.parametrize(
    ("cgroup", "file", "text", "count"),
    [
        ("0::/\n", "memory.events", "low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\noom_group_kill 0\n", 2),
        ("0::/kubepods/pod1\n", "kubepods/pod1/memory.events", "oom 3\noom_kill 1\n", 1),
        ("0::/outside/of/it\n", "memory.events", "oom_kill 4\n", 4),
        (
            "9:cpu:/\n4:memory:/docker/a\n0::/\n",
            "memory/docker/a/memory.oom_control",
            "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n",
            5,
        ),
        ("4:memory:/\n", "memory/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n", None),
        ("", "other", "", None),
    ],
)
def test_the_kernels_kills_are_counted_in_the_group_of_this_process(
    tmp_path: Path, cgroup: str, file: str, text: str, count: int | None
) -> None:
    for name, content in (("proc/self/cgroup", cgroup), (f"sys/fs/cgroup/{file}", text)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)

    assert kills(tmp_path) == count


@pytest.mark.parametrize(
    "words",
    [
        "MemoryError",
        "std::bad_alloc",
        "OSError: [Errno 12] Cannot allocate memory",
        "numpy._core._exceptions._ArrayMemoryError: Unable to allocate 10.0 GiB",
        "dnnl: Out of memory",
        "Failed to allocate 1073741824 bytes",
    ],
)
def test_last_words_about_memory_are_believed(tmp_path: Path, words: str) -> None:
    (tmp_path / "log.txt").write_text("x" * 100_000 + f"\nsome: {words}\n")

    assert ended(tmp_path, code=1)["reason"] == "out_of_memory"
    assert ended(tmp_path, by=signal.SIGABRT)["reason"] == "out_of_memory"


def test_words_about_memory_long_before_the_end_are_not_the_reason(tmp_path: Path) -> None:
    (tmp_path / "log.txt").write_text("MemoryError\n" + "x" * 5000)

    assert ended(tmp_path, code=1)["reason"] == "crashed"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("out_of_memory", "more than its 100 MiB of memory"),
        ("wall_limit", "longer than its 2.5 s"),
        ("cpu_limit", "more than its 10 s of CPU time"),
        ("file_limit", "larger than its 5 MiB"),
        ("crashed", "crashed by SIGKILL"),
        ("killed", "another program or by the machine"),
    ],
)
def test_every_cause_is_said_in_words(tmp_path: Path, cause: str, words: str) -> None:
    assert words in ended(tmp_path, by=signal.SIGKILL, cause=cause)["detail"]


def test_every_reason_is_one_of_those_a_reader_knows(tmp_path: Path) -> None:
    seen = {ended(tmp_path, code=code)["reason"] for code in range(256)}
    seen |= {ended(tmp_path, by=number)["reason"] for number in range(1, 32)}

    assert seen <= set(get_args(ExitReason))


@pytest.mark.parametrize(
    ("error", "reason", "words"),
    [
        (OSError(errno.ENOSPC, "No space left"), "disk_full", "The disk is full."),
        (OSError(errno.EDQUOT, "Quota"), "disk_full", "The disk is full."),
        (OSError(errno.EACCES, "Permission denied"), "crashed", "could not be supervised: [Errno 13]"),
        (KeyError("core"), "crashed", "could not be supervised: 'core'"),
    ],
)
def test_a_fault_of_the_supervisor(error: Exception, reason: str, words: str) -> None:
    found = ends.fault(error)

    assert found["reason"] == reason
    assert words in found["detail"]
