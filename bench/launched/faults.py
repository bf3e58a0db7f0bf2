"""What may disturb a measurement, made on purpose: each a context in which the launches are disturbed so."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from workbench.profiler.machine import cgroups

from launched import Launcher

# Ends with the bench, however that ends.
LOOP = "import ctypes, signal; ctypes.CDLL(None).prctl(1, signal.SIGKILL)\nwhile True: pass"
Fault = Callable[[Launcher], contextlib.AbstractContextManager[Any]]


@contextlib.contextmanager
def neighbours(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Loops that keep so many cores busy."""
    loops = [subprocess.Popen([sys.executable, "-c", LOOP]) for _ in range(count)]
    try:
        yield loops
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@contextlib.contextmanager
def now_and_then(act: Callable[[bool], None], on_s: float, off_s: float) -> Iterator[None]:
    """``act(True)`` and ``act(False)`` in turns, from a thread."""
    over = threading.Event()

    def turns() -> None:
        while not over.is_set():
            act(True)
            over.wait(on_s)
            act(False)
            over.wait(off_s)

    thread = threading.Thread(target=turns)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def coming_and_going(_launcher: Launcher) -> Iterator[None]:
    """A neighbour on each core that works for 3 s and rests for 3 s."""
    with neighbours(os.cpu_count() or 1) as loops:

        def work(working: bool) -> None:
            for loop in loops:
                loop.send_signal(signal.SIGCONT if working else signal.SIGSTOP)

        with now_and_then(work, 3.0, 3.0):
            yield


@contextlib.contextmanager
def stopped(launcher: Launcher) -> Iterator[None]:
    """The measuring process itself, for 60 ms of each 400."""

    def stop(now: bool) -> None:
        if (pid := launcher.pid) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP if now else signal.SIGCONT)

    with now_and_then(stop, 0.06, 0.34):
        yield


@contextlib.contextmanager
def quota(launcher: Launcher) -> Iterator[None]:
    """Half of each period: the threads of a launch are stopped in bursts."""
    unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    base = Path("/sys/fs/cgroup") if unified else Path("/sys/fs/cgroup/cpu")
    group = base / f"bench-trust-{os.getpid()}"
    group.mkdir()
    try:
        if unified:
            (group / "cpu.max").write_text("50000 100000")
        else:
            (group / "cpu.cfs_period_us").write_text("100000")
            (group / "cpu.cfs_quota_us").write_text("50000")
        launcher.groups = [group / "cgroup.procs"]
        yield
    finally:
        launcher.groups = ()
        time.sleep(0.2)
        with contextlib.suppress(OSError):
            group.rmdir()


@contextlib.contextmanager
def slower_clock(_launcher: Launcher) -> Iterator[None]:
    """The clock's limit goes down by a third, up again, every 2 s."""
    files = [Path(f"/sys/devices/system/cpu/cpu{cpu}/cpufreq/scaling_max_freq") for cpu in cgroups.affinity()]
    limits = {file: int(file.read_text()) for file in files}

    def limit(lower: bool) -> None:
        for file, khz in limits.items():
            file.write_text(str(khz * 2 // 3 if lower else khz))

    limit(False)
    with now_and_then(limit, 2.0, 2.0):
        yield


FAULTS: dict[str, Fault] = {
    "one busy neighbour": lambda _launcher: neighbours(1),
    "a busy neighbour on each core": lambda _launcher: neighbours(os.cpu_count() or 1),
    "neighbours that come and go": coming_and_going,
    "stopped for 60 ms of each 400": stopped,
    "a quota of half a core": quota,
    "a changing clock limit": slower_clock,
}
