"""Launches that something was done to: every fault is seen by its rule, and quiet launches are left in peace."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from workbench.figures.launches import log_t_interval
from workbench.profiler.machine import interference
from workbench.profiler.measuring.evidence import Evidence
from workbench.profiler.measuring.trust import judge
from workbench.profiler.values import Loop

NOBODY = (0.0,) * 5


def evidence(*speeds: float, **changes: Any) -> Evidence:
    made = Evidence(
        throughput=log_t_interval(np.array(speeds)),
        speeds=speeds,
        waiting=NOBODY,
        host=NOBODY,
        cores_obtained=2.0,
        loop=Loop.ASYNC,
        stalls=NOBODY,
        stolen=NOBODY,
        throttled=NOBODY,
        memory_stalled=NOBODY,
        clock_limits_khz=(3_000_000,) * 5,
        heat_throttles=(0,) * 5,
        pressure_before=0.1,
    )
    return replace(made, **changes)


QUIET = evidence(100.0, 101.0, 99.5, 100.4, 99.8)


def rules(seen: Evidence) -> dict[str, str]:
    return {reason["rule"]: reason["verdict"] for reason in judge(seen)["reasons"]}


@pytest.mark.parametrize(
    ("changes", "rule", "verdict"),
    [
        ({"stolen": (0.03,) * 5}, "steal", "doubtful"),
        ({"stolen": (0.3,) * 5}, "steal", "untrusted"),
        ({"throttled": (0.1,) * 5}, "throttling", "doubtful"),
        ({"throttled": (0.9,) * 5}, "throttling", "untrusted"),
        ({"memory_stalled": (0.0, 0.0, 0.3, 0.0, 0.0)}, "memory-pressure", "doubtful"),
        ({"memory_stalled": (0.5,) * 5}, "memory-pressure", "untrusted"),
        ({"clock_limits_khz": (3_000_000, 3_000_000, 2_000_000, 2_000_000, 2_000_000)}, "clock-limit", "untrusted"),
        ({"clock_limits_khz": (3_000_000, 2_900_000, 3_000_000, None, 3_000_000)}, "clock-limit", "doubtful"),
        ({"heat_throttles": (0, 0, 1, 0, 0)}, "heat", "doubtful"),
        ({"heat_throttles": (9,) * 5}, "heat", "untrusted"),
        ({"pressure_before": 0.9}, "busy-before", "doubtful"),
        ({"stalls": (0.0, 0.2, 0.0, 0.0, 0.0)}, "stall", "doubtful"),
        ({"stalls": (0.3,) * 5}, "stall", "untrusted"),
    ],
)
def test_what_was_done_from_outside_is_told(changes: dict[str, Any], rule: str, verdict: str) -> None:
    assert rules(replace(QUIET, **changes)) == {rule: verdict}


@pytest.mark.parametrize("name", ["stolen", "throttled", "memory_stalled", "clock_limits_khz", "heat_throttles"])
def test_what_linux_does_not_tell_is_no_objection(name: str) -> None:
    assert rules(replace(QUIET, **{name: (None,) * 5}, pressure_before=None)) == {}


def test_launches_that_become_faster_one_by_one_drift() -> None:
    assert rules(evidence(100.0, 102.0, 104.1, 105.9, 108.0)) == {"drift": "doubtful"}
    assert rules(evidence(100.0, 90.0, 80.0, 71.0, 63.0))["drift"] == "untrusted"


def test_a_drift_says_which_way_and_what_to_do() -> None:
    [reason] = judge(evidence(108.0, 106.0, 104.1, 102.0, 100.0))["reasons"]

    assert "7% slower" in reason["detail"]
    assert "measure again" in reason["detail"]


def test_a_drift_within_what_launches_differ_by_is_left_alone() -> None:
    assert rules(evidence(100.0, 100.5, 101.0, 101.5, 102.0)) == {}


def test_two_speeds_with_nothing_between_are_two_modes() -> None:
    seen = judge(evidence(100.0, 106.0, 100.2, 106.1, 100.1, 106.0, 100.0, 106.2))["reasons"]

    assert [reason["rule"] for reason in seen] == ["two-modes"]
    assert "about 100 and 106 frames" in seen[0]["detail"]


def test_one_launch_that_differs_is_no_second_mode() -> None:
    assert "two-modes" not in rules(evidence(100.0, 100.1, 100.2, 100.3, 130.0))


def test_at_least_95_of_100_quiet_measurements_are_trusted() -> None:
    numbers = np.random.default_rng(14)
    quiet = [evidence(*(100 * np.exp(numbers.normal(0, 0.015, 5))).tolist()) for _ in range(1000)]

    assert sum(not rules(each) for each in quiet) >= 950


@pytest.mark.parametrize("change", [1.25, 0.8])
@pytest.mark.parametrize(
    "steps",
    [(0, 0.25, 0.5, 0.75, 1), (0, 1, 0, 1, 0), (0, 0, 1, 1, 1), (0, 0, 0, 0, 1)],
    ids=["ramp", "flips", "step", "last"],
)
def test_a_load_that_changes_the_speed_by_a_fifth_is_trusted_in_at_most_2_of_100(change: float, steps: Any) -> None:
    numbers = np.random.default_rng(15)
    speeds = [100 * change ** np.array(steps) * np.exp(numbers.normal(0, 0.015, 5)) for _ in range(200)]

    assert sum(not rules(evidence(*each.tolist())) for each in speeds) <= 4


def system(root: Path, **files: str) -> Path:
    """A file system; ``__`` stands for ``/``."""
    for name, text in {"proc__self__cgroup": "0::/job\n", **files}.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def seen(root: Path, ticks: int, periods: int, throttled: int, stalled: int) -> interference.Counters:
    return interference.counters(
        system(
            root,
            proc__stat=f"cpu  1 2 3 4 5 6 7 {ticks} 9 10\n",
            sys__fs__cgroup__job__cpu_dot_stat=f"usage_usec 1\nnr_periods {periods}\nnr_throttled {throttled}\n",
            sys__fs__cgroup__job__memory_dot_pressure=f"some avg10=0.00 avg60=0.00 avg300=0.00 total={stalled}\n",
        )
    )


def test_what_happened_between_two_readings_is_a_share_of_the_time(tmp_path: Path) -> None:
    before = replace(seen(tmp_path, 10, 100, 50, 1_000_000), at_s=0.0)
    after = replace(seen(tmp_path, 10, 120, 55, 2_000_000), at_s=10.0)

    assert interference.between(before, after) == {
        "stolen_share": 0.0,
        "throttled_share": 0.25,
        "memory_stalled_share": 0.1,
        "clock_limit_khz": None,
        "heat_throttles": None,
    }


def test_a_system_that_tells_nothing_is_no_error(tmp_path: Path) -> None:
    nothing = interference.counters(tmp_path)

    assert set(interference.between(nothing, nothing).values()) == {None}
