"""What a run's folder says about it: who supervises it, in which boot of the machine, and how it ended."""

from __future__ import annotations

import os
import select
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from workbench.runner.documents import BadDocument, read_json
from workbench.runner.local import procfs
from workbench.runner.values import Exit, ExitReason


@dataclass(frozen=True)
class Process:
    """A process of this boot; pids are reused, a pid with its start time is not."""

    pid: int
    start_time: int

    def alive(self) -> bool:
        """False for zombies, too."""
        return procfs.start_time(self.pid) == self.start_time

    def kill(self, signal_number: int) -> None:
        """Send a signal to this process and to no other."""
        with suppress(ProcessLookupError):
            pidfd = os.pidfd_open(self.pid)
            try:
                if self.alive():  # looked at after opening: the descriptor cannot change its process
                    signal.pidfd_send_signal(pidfd, signal_number)
            finally:
                os.close(pidfd)

    def wait(self, timeout_s: float) -> bool:
        """Block until it is dead, whoever's child it is; False when the time is over."""
        try:
            pidfd = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            poll = select.poll()
            poll.register(pidfd, select.POLLIN)
            return not self.alive() or bool(poll.poll(max(0.0, timeout_s) * 1000))
        finally:
            os.close(pidfd)
            # Orphans become ours where this is a container's first process: nobody else would reap them.
            with suppress(ChildProcessError):
                os.waitpid(self.pid, os.WNOHANG)


@dataclass(frozen=True)
class Launched:
    """``launch.json``, as far as it can be believed: a core could have written it."""

    state: str
    waiting_for: str | None
    same_boot: bool
    run: str
    processes: tuple[Process, ...]

    def alive(self) -> bool:
        """The supervisor or its warden lives."""
        return any(process.alive() for process in self.processes)

    def wait(self, timeout_s: float) -> bool:
        """Block until both are dead; False when the time is over."""
        deadline = time.monotonic() + timeout_s
        return all(process.wait(deadline - time.monotonic()) for process in self.processes)

    def end_leftovers(self) -> None:
        """Kill what a run left that lost its supervisor and its warden at once, known by its environment."""
        for pid in procfs.tagged(f"WORKBENCH_RUN={self.run}") if self.same_boot and self.run else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def read_launched(folder: Path) -> Launched | None:
    """None when no supervisor ever announced itself in this folder."""
    try:
        document = read_json(folder / "launch.json")
    except (FileNotFoundError, NotADirectoryError, BadDocument):
        return None
    if "supervisor" not in document:
        return None
    same_boot = document.get("boot_id") == procfs.boot_id()
    found = [_process(document.get(role)) for role in ("supervisor", "warden")] if same_boot else []
    return Launched(
        state=str(document.get("state")),
        waiting_for=document.get("waiting_for"),
        same_boot=same_boot,
        run=str(document.get("run") or ""),
        processes=tuple(process for process in found if process),
    )


def read_exit(folder: Path) -> Exit | None:
    """How the run ended, None when it left no valid word about it.

    A run of an earlier boot counts as killed: its files may not have reached the disk.
    """
    try:
        document = read_json(folder / "exit.json")
    except (FileNotFoundError, NotADirectoryError, BadDocument):
        return None
    launched = read_launched(folder)
    if launched is None or not launched.same_boot or document.get("reason") not in get_args(ExitReason):
        return None
    code = document.get("code")
    return Exit(
        reason=document["reason"], code=code if isinstance(code, int) else None, detail=str(document.get("detail", ""))
    )


def killed() -> Exit:
    """What is said of a run that is dead and left no word."""
    return Exit("killed", None, "The run was ended by another program or by the machine.")


def _process(value: Any) -> Process | None:
    if not isinstance(value, dict):
        return None
    pid, start_time = value.get("pid"), value.get("start_time")
    # pid 1 and below mean other things to kill().
    if isinstance(pid, int) and isinstance(start_time, int) and pid > 1:
        return Process(pid, start_time)
    return None
