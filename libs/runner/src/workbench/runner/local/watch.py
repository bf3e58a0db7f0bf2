"""Start one core below this process, and watch it until it ends or has used more than it may."""

from __future__ import annotations

import json
import math
import os
import resource
import select
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from workbench.runner import environments, variables
from workbench.runner.local import confine, procfs
from workbench.runner.local.disk import Disk
from workbench.runner.local.memory_kills import kills
from workbench.runner.local.turns import Clock, Turns, freeze
from workbench.runner.sandbox import paths
from workbench.runner.sandbox.enter import enter

LOG_BYTES = 10 * 2**20  # each of log.txt and progress.jsonl
_LOG_TAIL_BYTES = 64 * 2**10
_LOOK_EVERY_S = 1.0  # not faster: while measuring, everything else keeps quiet


class Unconfined(Exception):
    """The machine cannot confine the core completely, and it was asked for nothing less."""


class Core:
    """The core's process and what it has used; ``cause`` says why the supervisor ended it, if it did."""

    def __init__(self, pid: int, sandbox: dict[str, Any], folder: Path, limits: dict[str, Any], turns: Turns) -> None:
        self.pid, self.sandbox, self.limits = pid, sandbox, limits
        self.wait_status: int | None = None
        self.cause: str | None = None
        self.wall_s = 0.0
        self._peak_bytes = 0
        self._kills_before = kills()
        self._folder, self._turns = folder, turns
        self._clock = Clock()
        self._below = procfs.Descendants(os.getpid())
        self._disk = Disk(folder, limits)

    @classmethod
    def start(cls, folder: Path, record: dict[str, Any]) -> Core:
        """Fork and execute the core; raises OSError when it cannot be executed, Unconfined when it must not be."""
        parent, (answer, report), turns = os.getpid(), os.pipe(), Turns()
        pid = os.fork()
        if pid == 0:
            _become_core(folder, record, turns, parent, report)
        os.close(report)
        with os.fdopen(answer, "rb") as pipe:
            said = pipe.read()  # ends when exec closes the other side
        try:
            told = json.loads(said)
        except ValueError:  # what went wrong, behind what had been said before it, or alone
            raise OSError(f"the core cannot be executed: {said.decode(errors='replace')}") from None
        if "unconfined" in told:
            raise Unconfined("; ".join(told["unconfined"]))
        return cls(pid, told["sandbox"], folder, record["limits"], turns)

    def watch(self, wakeup: int, next_turn: Callable[[], bool]) -> None:
        """Block until the core ended; a byte in ``wakeup`` is the order to end it.

        next_turn: gives the device back and takes it again, while the core is stopped; False: it is to end.
        """
        poll = select.poll()
        poll.register(wakeup, select.POLLIN)
        pidfd = os.pidfd_open(self.pid)
        poll.register(pidfd, select.POLLIN)
        poll.register(self._turns.descriptor, select.POLLIN)
        while self.wait_status is None and self.cause is None:
            left = min(self.limits["wall_s"] - self._clock.total_s, self._turn_limit_s - self._clock.turn_s)
            ready = [descriptor for descriptor, _ in poll.poll(max(0.0, min(left, _LOOK_EVERY_S)) * 1000 + 1)]
            self._reap()
            self.cause = "terminated" if wakeup in ready else self._exceeded()
            if self._turns.descriptor in ready and self.wait_status is None and self.cause is None:
                self._change_turns(poll, next_turn)
            self._trim()
        os.close(pidfd)

    def _change_turns(self, poll: select.poll, next_turn: Callable[[], bool]) -> None:
        if not self._turns.wished():
            poll.unregister(self._turns.descriptor)
            return
        freeze(self.pid, self._below)
        self._clock.pause()
        if not next_turn():
            self.cause = "terminated"
            return
        self._clock.go_on()
        os.kill(self.pid, signal.SIGCONT)
        self._turns.granted()

    def end(self) -> None:
        """Kill what is left of the core and all its descendants, and wait for their death."""
        self.wall_s = self._clock.total_s
        if self.wait_status is None:
            with suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
            self.wait_status = os.waitpid(self.pid, 0)[1]
        procfs.end_children(os.getpid())
        self._trim()

    def usage(self) -> dict[str, float]:
        """What the core used, its descendants included, and how often the kernel killed for want of memory meanwhile;
        call it after :meth:`end`."""
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        return {
            "max_rss_bytes": max(self._peak_bytes, children.ru_maxrss * 1024),
            "cpu_s": round(children.ru_utime + children.ru_stime, 3),
            "wall_s": round(self.wall_s, 3),
            "memory_kills": (kills() or 0) - (self._kills_before or 0),
        }

    @property
    def _turn_limit_s(self) -> float:
        return float(self.limits.get("turn_s") or math.inf)

    def _reap(self) -> None:
        with suppress(ChildProcessError):
            while True:
                pid, status = os.waitpid(-1, os.WNOHANG)
                if pid == self.pid:
                    self.wait_status = status
                if pid == 0:
                    return

    def _exceeded(self) -> str | None:
        if self.wait_status is not None:
            return None
        if self._clock.total_s >= self.limits["wall_s"]:
            return "wall_limit"
        if self._clock.turn_s >= self._turn_limit_s:
            return "turn_limit"
        pids = self._below.pids()
        if self._memory(pids) > self.limits["memory_bytes"]:
            return "out_of_memory"
        reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
        used = procfs.cpu_s(pids) + reaped.ru_utime + reaped.ru_stime
        return "cpu_limit" if used > self.limits["cpu_s"] else self._disk.exceeded(pids)

    def _memory(self, pids: list[int]) -> int:
        used = procfs.memory_bytes(pids)
        if used > self.limits["memory_bytes"] and len(pids) > 1:
            # Without the right to look into another user's processes it stays unknown.
            used = procfs.proportional_memory_bytes(pids) or used
        self._peak_bytes = max(self._peak_bytes, used)
        return used

    def _trim(self) -> None:
        for name in ("log.txt", "progress.jsonl"):
            with suppress(OSError):
                trim(self._folder / name, LOG_BYTES)


def trim(path: Path, max_bytes: int) -> None:
    """Cut the middle out of a file that grew too large: its begin and its end are what people read."""
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        size = os.fstat(descriptor).st_size
        if size <= max_bytes:
            return
        tail = os.pread(descriptor, _LOG_TAIL_BYTES, size - _LOG_TAIL_BYTES)
        head = max_bytes - 2 * _LOG_TAIL_BYTES
        os.ftruncate(descriptor, head)
        os.pwrite(descriptor, b"\n[... cut: more than %d bytes ...]\n" % max_bytes + tail, head)
    finally:
        os.close(descriptor)


def _become_core(folder: Path, record: dict[str, Any], turns: Turns, parent: int, report: int) -> None:
    try:
        os.setpgid(0, 0)
        confine.be_first_to_go()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        log = os.open(folder / "log.txt", os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW)
        os.dup2(log, 1)
        os.dup2(log, 2)
        held = enter(paths.of_a_core(folder, record), record["run"])
        confine.die_with_parent(parent, signal.SIGKILL)  # after namespaces and user: to change them resets it
        confine.limit(record["limits"])
        if record["sandbox"] == "require" and held.missing:
            os.write(report, json.dumps({"unconfined": held.missing}).encode())
            os._exit(127)
        os.chdir(folder / "tmp")
        os.write(report, json.dumps({"sandbox": held.document()}).encode())
        os.set_inheritable(turns.core_end, True)  # and not the lock: a core could let go of it, or keep it
        _execute(folder, record, turns)
    except BaseException as fault:
        os.write(report, repr(fault).encode())
    finally:
        os._exit(127)


def _execute(folder: Path, record: dict[str, Any], turns: Turns) -> None:
    told = variables.told(record.get("env") or {})
    own = confine.environment(str(folder), record["python_path"]) | {"WORKBENCH_RUN": record["run"]}
    own |= turns.environment() | {environments.VARIABLE: str(environments.below(Path(record["home"])))}
    # -P: the working folder is not a place to import from. -u: the log can be followed live.
    os.execve(  # noqa: S606 – no shell is involved
        sys.executable,
        [
            sys.executable,
            "-P",
            "-s",
            "-u",
            "-X",
            "faulthandler",
            "-m",
            "workbench.runner",
            record["core"],
            str(folder),
        ],
        told | own,
    )
