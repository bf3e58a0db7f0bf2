"""What is applied to a core before it starts: seen from inside processes that applied it."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from workbench.runner.local import confine

LIMITS = {"memory_bytes": 2**28, "cpu_s": 7, "file_bytes": 2**20, "wall_s": 60}


def told(code: str, *arguments: str, timeout_s: float = 30) -> dict:
    """What a fresh process says after it ran this code: its variable ``seen``."""
    whole = "import json, os, resource, sys\nfrom workbench.runner.local import confine\n" + textwrap.dedent(code)
    answer = subprocess.run(
        [sys.executable, "-c", whole + "\nprint(json.dumps(seen))", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout_s,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def test_nothing_of_our_environment_is_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WORKBENCH_DATABASE_URL", "AWS_SECRET_ACCESS_KEY", "LD_PRELOAD", "PYTHONPATH", "PYTHONSTARTUP"):
        monkeypatch.setenv(name, "ours")

    variables = confine.environment("/run/x", [])

    assert "ours" not in variables.values()
    assert variables["HOME"] == "/run/x/tmp"
    assert variables["TMPDIR"] == "/run/x/tmp"
    assert set(variables) <= {"PATH", "HOME", "TMPDIR", "LANG", "NNCF_CI", "VIRTUAL_ENV"}


def test_where_cores_are_imported_from_is_told() -> None:
    assert confine.environment("/run/x", ["/a", "/b"])["PYTHONPATH"] == "/a:/b"


def test_limits_are_the_kernels() -> None:
    seen = told(
        """
        confine.limit(json.loads(sys.argv[1]))
        seen = {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name[:7] == "RLIMIT_"}
    """,
        json.dumps(LIMITS),
    )

    assert seen["RLIMIT_CPU"] == [7, 12]
    assert seen["RLIMIT_FSIZE"] == [2**20, 2**20]
    assert seen["RLIMIT_CORE"] == [0, 0]
    assert LIMITS["memory_bytes"] < seen["RLIMIT_DATA"][0] < LIMITS["memory_bytes"] + 2**33
    assert seen["RLIMIT_NOFILE"][0] <= 4096


@pytest.mark.parametrize("cpu_s", [0, 0.2, 1])
def test_less_than_a_second_of_cpu_is_one(cpu_s: float) -> None:
    seen = told(
        """
        confine.limit(json.loads(sys.argv[1]))
        seen = resource.getrlimit(resource.RLIMIT_CPU)
    """,
        json.dumps(LIMITS | {"cpu_s": cpu_s}),
    )

    assert seen == [1, 6]


def test_a_limit_set_before_is_not_raised() -> None:
    seen = told(
        """
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 2000))
        confine.limit(json.loads(sys.argv[1]))
        seen = resource.getrlimit(resource.RLIMIT_FSIZE)
    """,
        json.dumps(LIMITS),
    )

    assert seen == [2000, 2000]


def test_an_allocation_beyond_the_limit_fails_at_once() -> None:
    seen = told(
        """
        confine.limit(json.loads(sys.argv[1]))
        try:
            bytearray(1 << 33)
            seen = "allocated"
        except MemoryError:
            seen = "MemoryError"
    """,
        json.dumps(LIMITS),
    )

    assert seen == "MemoryError"


def test_a_core_is_the_first_to_go_when_memory_runs_out() -> None:
    assert (
        told("""
        confine.be_first_to_go()
        seen = open("/proc/self/oom_score_adj").read().strip()
    """)
        == "1000"
    )


def test_an_orphan_comes_to_the_one_who_adopts() -> None:
    seen = told("""
        import subprocess, time
        confine.adopt_orphans()
        code = ("import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'],"
                "stdout=subprocess.DEVNULL, start_new_session=True); print(p.pid, flush=True); import os; os._exit(0)")
        orphan = int(subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE).stdout)
        fields = open(f"/proc/{orphan}/stat").read().rpartition(")")[2].split()
        os.kill(orphan, 9)
        seen = [os.waitpid(orphan, 0)[0] == orphan, int(fields[1]) == os.getpid()]
    """)

    assert seen == [True, True]


def test_a_child_dies_with_its_parent(gone) -> None:
    code = textwrap.dedent("""
        import os, signal, time
        from workbench.runner.local import confine
        parent = os.getpid()
        if (child := os.fork()) == 0:
            confine.die_with_parent(parent, signal.SIGKILL)
            print(os.getpid(), flush=True)
            time.sleep(600)
        os.waitpid(child, 0)
    """)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        child = int(parent.stdout.readline())
        parent.kill()

    gone(child)


def test_a_child_whose_parent_is_already_dead_dies_at_once() -> None:
    code = (
        "import os, signal\nfrom workbench.runner.local import confine\n"
        "confine.die_with_parent(1 << 21, signal.SIGKILL)"
    )

    ended = subprocess.run([sys.executable, "-c", code], timeout=30)

    assert ended.returncode == -signal.SIGKILL


def test_limits_of_one_process_do_not_touch_ours() -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    told("confine.limit(json.loads(sys.argv[1]))\nseen = 1", json.dumps(LIMITS))

    assert resource.getrlimit(resource.RLIMIT_FSIZE) == before


def test_a_core_ignoring_the_soft_cpu_limit_is_killed_at_the_hard_one(tmp_path: Path) -> None:
    code = textwrap.dedent("""
        import resource, signal
        from workbench.runner.local import confine
        resource.setrlimit(resource.RLIMIT_CPU, (1, 2))
        confine.limit({"memory_bytes": 2**28, "cpu_s": 1, "file_bytes": 2**20})
        signal.signal(signal.SIGXCPU, signal.SIG_IGN)
        while True: pass
    """)

    ended = subprocess.run([sys.executable, "-c", code], timeout=200)  # two seconds of a processor that others use, too

    assert ended.returncode == -signal.SIGKILL
