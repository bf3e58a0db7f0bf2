"""The embedded workbench as people meet it: the command line, in a home of its own, on inputs the project makes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).with_name("workbench")


@dataclass(frozen=True)
class Workbench:
    """A home, and the command line in it."""

    home: Path

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        environment = {**os.environ, "WORKBENCH_HOME": str(self.home)}
        return subprocess.Popen([COMMAND, *map(str, arguments)], env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)  # fmt: skip

    def run(self, *arguments: str | Path, timeout_s: float = 240) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        output, _ = process.communicate(timeout=timeout_s)
        return subprocess.CompletedProcess(process.args, process.returncode, output)

    def json(self, *arguments: str) -> object:
        return json.loads(self.run(*arguments, "--json").stdout)

    @property
    def arbiter(self) -> int:
        return int(json.loads((self.home / "lock").read_text())["pid"])

    def processes(self, words: str) -> list[int]:
        """Living processes of this home whose command line has these words."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if words in line and str(self.home) in line:
                found.append(int(folder.name))
        return found

    def stop(self) -> None:
        for pid in self.processes("workbench"):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + 10
        while self.processes("workbench") and time.monotonic() < deadline:
            time.sleep(0.1)


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    """A workbench nobody has used."""
    bench = Workbench(tmp_path / "home")
    yield bench
    bench.stop()


@pytest.fixture(scope="session")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's model and digits, made here."""
    folder = tmp_path_factory.mktemp("inputs")
    subprocess.run([sys.executable, "-m", "workbench.standalone.demo", "--make", folder], check=True, timeout=240)
    return folder
