"""A server as a process group of ours: started, awaited, paused, killed and started again on the same data."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path


class NotReady(RuntimeError):
    """The server ended or did not answer in time; the message has the end of its log."""


def free_port() -> int:
    """A TCP port that nobody has on any address now, below those that the kernel gives to outgoing connections."""
    while True:
        port = random.randrange(12_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("", port))
            return port


class Server:
    """Subclasses say how to start (``command``), with what environment, and when it answers (``ready``)."""

    start_s = 60.0
    host = "127.0.0.1"  # the address it listens on

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The program and its arguments."""
        raise NotImplementedError

    def environment(self) -> Mapping[str, str]:
        """What it needs beside this process's environment."""
        return {}

    def ready(self) -> bool:
        """Whether it answers now."""
        raise NotImplementedError

    def prepare(self) -> None:
        """What is done once, before the first start."""

    def start(self) -> None:
        """Start and wait until it answers. Raises NotReady."""
        self.launch()
        self.wait_ready()

    def launch(self) -> None:
        """Start, without waiting."""
        assert "WORKBENCH_TEST_UNITS" not in os.environ, "a unit starts no server: see conftest.py"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.prepare()
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.folder,
                env={**os.environ, **self.environment()},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def wait_ready(self) -> None:
        """Until it answers. Raises NotReady."""
        deadline = time.monotonic() + self.start_s
        while not self.ready():
            if self._process is None or self._process.poll() is not None or time.monotonic() > deadline:
                tail = (self.folder / "server.log").read_text(errors="replace")[-2000:]
                self.kill()
                raise NotReady(f"{type(self).__name__} did not come up:\n{tail}")
            time.sleep(0.1)

    def terminate(self) -> None:
        """Ask it to end, without waiting."""
        self._signal(signal.SIGTERM)

    def stop(self, timeout_s: float = 20.0) -> None:
        """End it in an orderly way, by force when that takes too long."""
        self.terminate()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout_s)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._signal(signal.SIGKILL)
        if self._process is not None:
            self._process.wait(20)
        self._process = None

    def pause(self) -> None:
        """Every process of the group stands still, once this returns."""
        self._signal(signal.SIGSTOP)
        deadline = time.monotonic() + 10
        while self._process is not None and not _stands_still(self._process.pid):
            assert time.monotonic() < deadline, f"{type(self).__name__} would not stand still"
            time.sleep(0.01)

    def resume(self) -> None:
        """And goes on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)


def _stands_still(group: int) -> bool:
    """Whether every thread of the process group is stopped, or dead."""
    return all(state in "TtZX" for pid in _pids_of(group) for state in _thread_states(pid))


def _pids_of(group: int) -> list[int]:
    pids = [int(path.name) for path in Path("/proc").glob("[0-9]*")]
    return [pid for pid in pids if _group_of(pid) == group]


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _thread_states(pid: int) -> list[str]:
    """See proc(5), stat: the state is the first field after the name in parentheses."""
    states = []
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        with contextlib.suppress(OSError):
            states.append(stat.read_text().rpartition(")")[2].split()[0])
    return states
