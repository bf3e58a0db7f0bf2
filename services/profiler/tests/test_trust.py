"""Each rule objects where it should, and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from workbench.figures import Figure
from workbench.profiler.measuring.brevity import BRIEF, too_short
from workbench.profiler.measuring.disturbed import BEFORE, CLOCK, MEMORY, STOLEN, THROTTLED
from workbench.profiler.measuring.evidence import Evidence, Limits
from workbench.profiler.measuring.steadiness import DRIFT, MODES, STALL
from workbench.profiler.measuring.trust import HOST, RULES, SPREAD, WAITING, cpu_share, host_bound, judge, spread
from workbench.profiler.values import Loop, Verdict

QUIET = Evidence(
    throughput=Figure(100.0, 99.0, 101.0), waiting=(0.01,) * 5, host=(0.02,) * 5, cores_obtained=1.98, loop=Loop.ASYNC
)


def within(half_width: float) -> Figure:
    return Figure(100.0, 100 * (1 - half_width), 100 * (1 + half_width))


def test_a_quiet_measurement_is_trusted_without_a_word() -> None:
    assert judge(QUIET) == {"verdict": "trusted", "reasons": []}


@pytest.mark.parametrize(
    ("half_width", "verdict"),
    [
        (0.0, None),
        (0.049, None),
        (0.051, Verdict.DOUBTFUL),
        (0.149, Verdict.DOUBTFUL),
        (0.151, Verdict.UNTRUSTED),
        (2.0, Verdict.UNTRUSTED),
    ],
)
def test_spread(half_width: float, verdict: Verdict | None) -> None:
    reason = spread(replace(QUIET, throughput=within(half_width)))

    assert (reason and reason.verdict) == verdict
    if reason:
        assert reason.rule == "spread"
        assert reason.value == pytest.approx(half_width)
        assert reason.limit == (SPREAD.untrusted if verdict is Verdict.UNTRUSTED else SPREAD.doubtful)
        assert f"± {half_width:.0%}" in reason.detail


@pytest.mark.parametrize(
    ("waiting", "verdict"),
    [
        ((0.0,) * 5, None),
        ((0.149,) * 5, None),
        ((0.16,) * 5, Verdict.DOUBTFUL),
        ((0.24,) * 5, Verdict.DOUBTFUL),
        ((0.26,) * 5, Verdict.UNTRUSTED),
        ((1.0,) * 5, Verdict.UNTRUSTED),
        ((0.0, 0.0, 0.0, 0.0, 0.9), Verdict.DOUBTFUL),
        ((None,) * 5, None),
        ((None, None, 0.5, None, None), Verdict.UNTRUSTED),
    ],
)
def test_cpu_share(waiting: tuple[float | None, ...], verdict: Verdict | None) -> None:
    reason = cpu_share(replace(QUIET, waiting=waiting, cores_obtained=1.234))

    assert (reason and reason.verdict) == verdict
    if reason:
        assert reason.rule == "cpu-share"
        assert "1.23 cores" in reason.detail
        assert reason.limit in (WAITING.doubtful, WAITING.untrusted)


@pytest.mark.parametrize(
    ("host", "verdict"),
    [(0.0, None), (0.099, None), (0.11, Verdict.DOUBTFUL), (0.49, Verdict.DOUBTFUL), (0.51, Verdict.UNTRUSTED)],
)
@pytest.mark.parametrize(("loop", "words"), [(Loop.ASYNC, "restarts requests"), (Loop.SYNC, "between inferences")])
def test_host_bound(host: float, verdict: Verdict | None, loop: Loop, words: str) -> None:
    reason = host_bound(replace(QUIET, host=(host,) * 5, loop=loop))

    assert (reason and reason.verdict) == verdict
    if reason:
        assert reason.rule == "host-bound"
        assert words in reason.detail
        assert reason.limit in (HOST.doubtful, HOST.untrusted)


@pytest.mark.parametrize(("fewest", "verdict"), [(20, None), (19, Verdict.DOUBTFUL), (4, Verdict.UNTRUSTED)])
def test_a_launch_too_short_for_the_model_says_how_long_it_should_be(fewest: float, verdict: Verdict | None) -> None:
    reason = too_short(replace(QUIET, rounds=(50, fewest, 50), seconds=(0.2, 0.2, 0.2)))

    assert (reason and reason.verdict) == verdict
    if reason:
        assert f"only {fewest:.0f} times" in reason.detail
        assert f"at least {0.2 * 20 / fewest:.2g} s a launch" in reason.detail


def test_a_model_of_20_s_is_told_how_long_a_launch_should_be_and_that_it_may_not_be_let() -> None:
    """Three inferences of each of two requests, 40 s each since they share the cores."""
    reason = too_short(replace(QUIET, rounds=(3, 3, 3, 3, 3), seconds=(120.0,) * 5))

    assert reason is not None
    assert reason.verdict is Verdict.UNTRUSTED
    assert reason.detail.endswith(
        "only 3 times in one of them. Measure at least 800 s a launch (duration_s), as far "
        "as the workbench lets one request have its device."
    )


def test_the_worst_objection_is_the_verdict_and_all_are_told() -> None:
    found = judge(replace(QUIET, throughput=within(0.06), waiting=(0.9,) * 5, host=(0.2,) * 5))

    assert found["verdict"] == "untrusted"
    assert [(reason["rule"], reason["verdict"]) for reason in found["reasons"]] == [
        ("spread", "doubtful"),
        ("cpu-share", "untrusted"),
        ("host-bound", "doubtful"),
    ]


def test_one_doubt_is_doubtful() -> None:
    assert judge(replace(QUIET, host=(0.3,) * 5))["verdict"] == "doubtful"


def test_a_reason_as_json_has_what_was_seen_and_the_limit() -> None:
    [reason] = judge(replace(QUIET, throughput=within(0.1)))["reasons"]

    assert set(reason) == {"rule", "verdict", "detail", "value", "limit"}
    assert reason["value"] > reason["limit"]


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_says_in_a_line_what_it_objects_to(rule: Any) -> None:
    assert rule.__doc__.strip()
    assert rule(QUIET) is None


@pytest.mark.parametrize(
    "limits", [SPREAD, WAITING, HOST, DRIFT, MODES, STALL, STOLEN, THROTTLED, MEMORY, CLOCK, BEFORE, BRIEF]
)
def test_the_louder_limit_is_the_higher_one(limits: Limits) -> None:
    assert 0 < limits.doubtful < limits.untrusted
    assert limits.crossed(limits.doubtful) is None
    assert limits.crossed(limits.untrusted) == (Verdict.DOUBTFUL, limits.doubtful)
