"""The self-test's judgement of speed: only what is slower by its own doing, where it was measured, is a failure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from workbench.application import machine
from workbench.application.speed import Judged, judge, looked_again

RECORD = {
    "throughput_fps": {"value": 100.0, "low": 95.0, "high": 105.0},
    "trust": {"verdict": "trusted"},
    "cpu_ms_per_request": {"value": 20.0, "low": 19.0, "high": 21.0},
}


def judged(
    fps: float,
    cpu_ms: float = 20.0,
    record: dict[str, Any] | None = None,
    *,
    same_machine: bool = True,
    on_cpu: bool = True,
) -> Judged:
    here = {"throughput_fps": fps, "cpu_ms_per_request": cpu_ms}
    return judge(here, record or RECORD, same_machine=same_machine, on_cpu=on_cpu)


def test_within_the_interval_nothing_is_said() -> None:
    assert judged(97.0) == Judged(None)


def test_half_the_speed_for_twice_the_cpu_time_is_a_failure_that_states_the_allowance() -> None:
    found = judged(50.0, cpu_ms=40.0)

    assert found.failed
    assert found.remark == "slower than recorded: 50 frames/s lie outside 95 to 105, by more than the 25% allowed"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (judged(80.0, cpu_ms=40.0), "slower"),
        (judged(200.0), "faster"),
        (judged(50.0), "the machine is busy otherwise"),
        (judged(50.0, cpu_ms=40.0, same_machine=False), "recorded on another machine"),
        (judged(50.0, cpu_ms=40.0, record={**RECORD, "trust": {"verdict": "doubtful"}}), "is not trusted"),
    ],
)
def test_what_has_another_reason_is_told_and_not_failed(found: Judged, words: str) -> None:
    assert not found.failed
    assert words in str(found.remark)


def test_a_device_beside_the_cpu_is_judged_by_its_throughput_alone() -> None:
    assert judged(50.0, on_cpu=False).failed


@pytest.mark.parametrize(
    ("looks", "taken", "failed"),
    [
        ([97.0], 97.0, False),
        ([50.0, 97.0], 97.0, False),
        ([50.0, 51.0, 98.0], 98.0, False),
        ([50.0, 51.0, 52.0], 52.0, True),
    ],
)
def test_only_what_stays_slow_is_a_failure(looks: list[float], taken: float, *, failed: bool) -> None:
    speeds = iter(looks)

    here, found = looked_again(lambda: {"fps": next(speeds)}, lambda here: judged(here["fps"], cpu_ms=40.0))

    assert (here["fps"], found.failed) == (taken, failed)
    assert not [*speeds]


def test_a_machine_is_known_by_its_processor_and_its_cores() -> None:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)
    cores = sorted(os.sched_getaffinity(0))

    def profile(name: str | None, cores: list[int]) -> dict[str, Any]:
        return {"provenance": {"machine": {"cpu": {"name": name}, "affinity": cores}}}

    assert machine.is_recorded(profile(name, cores)) is (name is not None)
    assert not machine.is_recorded(profile("another", cores))
    assert not machine.is_recorded(profile(name, [*cores, 999]))
    assert not machine.is_recorded({})
