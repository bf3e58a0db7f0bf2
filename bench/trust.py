"""Inject faults while a model is measured, and count how often the wrong figure is trusted, and the right one is not.

Real launches of the profiler under each fault, judged in every window of five as a profile would be. *False trust*: the
verdict is trusted and the interval lies wholly more than 3 % off the median of the quiet launches. A fault that this
machine does not let us make (a quota, a clock limit) says so. Memory pressure is not made here: on a shared machine it
would hit everybody. ``trust.py [LAUNCHES]``, by default 40 for each fault.

Target: false trust in at most 2 %, trusted when quiet in at least 95 %.
"""

from __future__ import annotations

import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openvino as ov
from profile_vs_benchmark_app import network
from workbench.profiler.machine import cgroups, state
from workbench.profiler.measuring import child
from workbench.profiler.measuring.facts import aggregate

WINDOW, OFF = 5, 0.03
SPEC = {"main_file": "model.xml", "duration_s": 0.4}
LAUNCH = "workbench.profiler.measuring.launch"
Fault = Callable[[], contextlib.AbstractContextManager[Any]]


def main(launches: int) -> None:
    """Print a line for each fault as soon as it is through, and the share of false trust."""
    right, false, count = 0.0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ov.save_model(network(), folder / "model.xml", compress_to_fp16=False)
        for fault, inject in FAULTS.items():
            try:
                with inject():
                    seen = [launch(folder) for _ in range(launches)]
            except OSError as error:
                print(f"{fault}: not possible here: {error}", flush=True)
                continue
            right = right or statistics.median(each["throughput_fps"] for each in seen)
            wrong, profiles = judged(fault, seen, right)
            if fault != "quiet":
                false, count = false + wrong, count + profiles
    print(f"false trust {false} of {count} = {false / max(count, 1):.1%} (target <= 2 %)")


def launch(folder: Path) -> dict[str, Any]:
    """One, with what the machine was like before it."""
    before = state.load()
    return {**child.ask(LAUNCH, {"spec": SPEC, "model": str(folder / "model.xml")}, folder), "before": before}


def judged(fault: str, launches: list[dict[str, Any]], right: float) -> tuple[int, int]:
    """Every window as a profile: how many were trusted wrongly, and of how many."""
    windows = [launches[start:start + WINDOW] for start in range(len(launches) - WINDOW + 1)]
    profiles = [aggregate(window, cgroups.cores_available(), window[0]["before"]) for window in windows]
    trusted = [each for each in profiles if each["trust"]["verdict"] == "trusted"]
    wrong = sum(not overlaps(each["throughput_fps"], right) for each in trusted)
    speed = statistics.median(each["throughput_fps"] for each in launches) / right
    rules = sorted({reason["rule"] for each in profiles for reason in each["trust"]["reasons"]})
    print(f"{fault}: {speed:.2f} of the quiet speed; {len(trusted)} of {len(profiles)} trusted, "
          f"{wrong} of them wrongly; objections: {', '.join(rules) or 'none'}", flush=True)
    return wrong, len(profiles)


def overlaps(found: dict[str, float], right: float) -> bool:
    """Whether the interval reaches into what is as good as right."""
    return found["low"] <= right * (1 + OFF) and found["high"] >= right * (1 - OFF)


@contextlib.contextmanager
def neighbours(count: int) -> Iterator[None]:
    """Loops that keep so many cores busy."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
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


def stop_launches(stop: bool) -> None:
    """SIGSTOP or SIGCONT to our measuring processes."""
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        with contextlib.suppress(OSError):
            if LAUNCH in Path(f"/proc/{pid}/cmdline").read_text():
                os.kill(int(pid), signal.SIGSTOP if stop else signal.SIGCONT)


@contextlib.contextmanager
def changing_neighbour() -> Iterator[None]:
    """A neighbour on both cores that works for 3 s and rests for 3 s."""
    with neighbours(2):
        loops = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()

        def rest(working: bool) -> None:
            for pid in loops:
                os.kill(int(pid), signal.SIGCONT if working else signal.SIGSTOP)

        with now_and_then(rest, 3.0, 3.0):
            yield


@contextlib.contextmanager
def quota() -> Iterator[None]:
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
        (group / "cgroup.procs").write_text(str(os.getpid()))
        yield
    finally:
        with contextlib.suppress(OSError):
            (base / "cgroup.procs").write_text(str(os.getpid()))
        time.sleep(0.2)
        with contextlib.suppress(OSError):
            group.rmdir()


@contextlib.contextmanager
def slower_clock() -> Iterator[None]:
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
    "quiet": contextlib.nullcontext,
    "one busy neighbour": lambda: neighbours(1),
    "a busy neighbour on each core": lambda: neighbours(os.cpu_count() or 1),
    "neighbours that come and go": changing_neighbour,
    "stopped for 60 ms of each 400": lambda: now_and_then(stop_launches, 0.06, 0.34),
    "a quota of half a core": quota,
    "a changing clock limit": slower_clock,
}

if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
