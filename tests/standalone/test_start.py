"""The embedded workbench is found or started, whoever is just leaving or looking."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from standalone.conftest import Workbench
from workbench.standalone.home import HomeLock, serving

LEAVING = """
import sys
from pathlib import Path
from workbench.standalone.home import HomeLock
lock = HomeLock(Path(sys.argv[1]))
lock.announce("http://127.0.0.1:9")
print("here", flush=True)
sys.stdin.read()
"""


@contextmanager
def leaving(home: Path) -> Iterator[subprocess.Popen[str]]:
    """Who still holds the home and answers nobody any more; ends when its standard input does."""
    command = [sys.executable, "-c", LEAVING, str(home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        yield process


def test_where_one_is_leaving_another_is_started_once_it_has_left(workbench: Workbench) -> None:
    workbench.home.mkdir()
    with leaving(workbench.home) as process:
        command = workbench.start("models", "list")
        with pytest.raises(subprocess.TimeoutExpired):
            command.wait(3)
        process.communicate("")
        said, _ = command.communicate(timeout=120)

    assert command.returncode == 0, said


def test_a_look_at_who_serves_keeps_nobody_from_serving(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as threads:
        looks = threads.submit(lambda: [serving(tmp_path) for _ in range(20_000)])
        while not looks.done():
            os.close(HomeLock(tmp_path)._descriptor)
