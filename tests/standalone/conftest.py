"""The workbench as people meet it: the command line, in a home of its own, on inputs the project makes."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from servers.services import Services
from workbench.webapp.identity import Identity, write_token

COMMAND = Path(sys.executable).with_name("workbench")


@dataclass(frozen=True)
class Workbench:
    """A home, and the command line in it. ``settings`` are more environment variables."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        environment = {**os.environ, "WORKBENCH_HOME": str(self.home), **self.settings}
        return subprocess.Popen(
            [COMMAND, *map(str, arguments)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

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
        deadline = time.monotonic() + 60
        while self.processes("workbench") and time.monotonic() < deadline:
            time.sleep(0.1)


With = Callable[[Mapping[str, str]], Workbench]


@pytest.fixture
def workbench(tmp_path: Path) -> Iterator[Workbench]:
    """A workbench nobody has used."""
    bench = Workbench(tmp_path / "home")
    yield bench
    bench.stop()


@pytest.fixture(scope="module")
def workbench_with(serving: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[With]:
    """Workbenches with settings of their own, for all tests of a module."""
    made: list[Workbench] = []

    def make(settings: Mapping[str, str]) -> Workbench:
        made.append(Workbench(tmp_path_factory.mktemp("home") / "home", settings))
        return made[-1]

    yield make
    for bench in made:
        bench.stop()


@pytest.fixture
def real_servers(postgres: Any, rabbitmq: Any, seaweedfs: Any) -> dict[str, str]:
    """The settings that lead to them; the database is a fresh one."""
    return {
        "WORKBENCH_DATABASE_URL": postgres.fresh(),
        "WORKBENCH_BROKER_URL": rabbitmq.url,
        **seaweedfs.settings,
    }


@pytest.fixture
def over_real_servers(real_servers: dict[str, str], tmp_path: Path) -> Iterator[Workbench]:
    """Every service in one process tree, but rows, messages and objects on real servers."""
    bench = Workbench(tmp_path / "home", real_servers)
    yield bench
    bench.stop()


@pytest.fixture
def as_separate_processes(
    every_server: None, real_servers: dict[str, str], seaweedfs: Any, tmp_path: Path
) -> Iterator[Workbench]:
    """Each service's API and worker as processes of their own behind one URL; the command line only knows that."""
    services = Services(tmp_path / "services", {"WORKBENCH_HOME": str(tmp_path / "home"), **real_servers})
    token = secrets.token_urlsafe(16)
    write_token(seaweedfs.store(), token, Identity(f"team-{secrets.token_hex(4)}", "member"), "story")
    services.migrate()
    try:
        services.start()
        yield Workbench(tmp_path / "client", {"WORKBENCH_SERVER": services.url, "WORKBENCH_TOKEN": token})
    finally:
        services.stop()


@pytest.fixture(params=["workbench", "over_real_servers", "as_separate_processes"])
def anywhere(request: pytest.FixtureRequest) -> Workbench:
    """The same story, wherever the workbench lives."""
    bench: Workbench = request.getfixturevalue(request.param)
    return bench
