"""Inject faults while a model is measured, and count how often the wrong figure is trusted, and the right one is not.

Profiles of five real launches each, under each fault, and twice as many without one, half before and half after them.
*False trust*: the verdict is trusted and the interval lies wholly more than 3 % off the median of the quiet launches
before. A fault that this machine does not let us make (a quota, a clock limit) says so. Memory pressure is not made
here: on a shared machine it would hit everybody.

``trust.py [--profiles N] [--minutes M]``: N for each fault, by default 41, which makes 205 with the five faults that
most machines allow; after M (25) minutes only one more of each is made. The quiet figures are quiet only if nothing
else runs. Target: false trust in at most 2 %, trusted when quiet in at least 95 %.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import openvino as ov
from launched import Launcher
from launched.faults import FAULTS
from launched.forked import Forked
from profile_vs_benchmark_app import network
from workbench.profiler.machine import cgroups, state
from workbench.profiler.measuring.facts import aggregate
from workbench.profiler.measuring.going_on import Goal
from workbench.profiler.measuring.rounds import measure
from workbench.profiler.values import ProfileSpec
from workbench.runner.core import Run

LAUNCHES, OFF = 5, 0.03
SPEC = ProfileSpec("model.xml", duration_s=0.3, launches=LAUNCHES)
# The pressure of the 10 s before a profile is one of its rules: what one fault leaves is no fault of the next.
SETTLING_S = 12.0
Profile = dict[str, Any]


def main() -> None:
    """Print a line for each fault as soon as it is through, and the two rates."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--profiles", type=int, default=41, metavar="N")
    parser.add_argument("--minutes", type=float, default=25.0, metavar="M")
    options = parser.parse_args()
    time_left = Time(60 * options.minutes, len(FAULTS) + 2)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        quiet = bench.profiles(options.profiles, time_left.share_s())
        right = statistics.median(fps for each in quiet for fps in each["speeds"])
        told("quiet, before", quiet, right)
        wrong = count = 0
        for fault, inject in FAULTS.items():
            time.sleep(SETTLING_S)
            try:
                with inject(bench.launcher):
                    found = bench.profiles(options.profiles, time_left.share_s())
            except OSError as error:
                print(f"{fault}: not possible here: {error}", flush=True)
                continue
            wrong, count = wrong + told(fault, found, right), count + len(found)
        time.sleep(SETTLING_S)
        after = bench.profiles(options.profiles, time_left.share_s())
        told("quiet, after", after, right)
    trusted = sum(is_trusted(each) for each in (*quiet, *after))
    still = len(quiet) + len(after)
    print(f"false trust {wrong} of {count} = {wrong / max(count, 1):.1%} (target <= 2 %)")
    print(f"trusted when quiet {trusted} of {still} = {trusted / max(still, 1):.1%} (target >= 95 %)")


class Time:
    """Shared out among what is still to come: who needs less leaves more to the others."""

    def __init__(self, seconds: float, parts: int) -> None:
        self._end, self._parts = time.monotonic() + seconds, parts

    def share_s(self) -> float:
        """Of the next part."""
        self._parts -= 1
        return (self._end - time.monotonic()) / (self._parts + 1)


class Bench:
    """One network, and profiles of it."""

    def __init__(self, folder: Path) -> None:
        self.launcher, self._folder = Launcher(), folder
        ov.save_model(network(), folder / SPEC.main_file, compress_to_fp16=False)

    def profiles(self, count: int, most_s: float) -> list[Profile]:
        """So many, or as many as begin in that time, but one."""
        made: list[Profile] = []
        began = time.monotonic()
        while len(made) < count and (not made or time.monotonic() - began < most_s):
            made.append(self._profile())
        return made

    def _profile(self) -> Profile:
        before = state.load()
        subject = Forked(SPEC, self._folder / SPEC.main_file, Goal(LAUNCHES, None, 1.0), launcher=self.launcher)
        measure(Run(self._folder), [subject])
        speeds = [launch["throughput_fps"] for launch in subject.launches]
        return {**aggregate(subject.launches, cgroups.cores_available(), before), "speeds": speeds}


def told(fault: str, profiles: list[Profile], right: float) -> int:
    """Print what became of these; how many were trusted wrongly."""
    trusted = [each for each in profiles if is_trusted(each)]
    wrong = sum(not overlaps(each["throughput_fps"], right) for each in trusted)
    speed = statistics.median(fps for each in profiles for fps in each["speeds"]) / right
    rules = Counter(reason["rule"] for each in profiles for reason in each["trust"]["reasons"])
    objections = ", ".join(f"{rule} {times}" for rule, times in rules.most_common()) or "none"
    print(
        f"{fault}: {speed:.2f} of the quiet speed; {len(trusted)} of {len(profiles)} trusted, "
        f"{wrong} of them wrongly; objections: {objections}",
        flush=True,
    )
    return wrong


def is_trusted(profile: Profile) -> bool:
    """Its verdict."""
    return bool(profile["trust"]["verdict"] == "trusted")


def overlaps(found: dict[str, float], right: float) -> bool:
    """Whether the interval reaches into what is as good as right."""
    return found["low"] <= right * (1 + OFF) and found["high"] >= right * (1 - OFF)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
