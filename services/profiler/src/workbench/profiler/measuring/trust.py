"""When a measurement may be relied on: one function for each rule, the worst objection is the verdict.

The limits were set on a two-core virtual machine with squeezenet (8 ms of CPU an inference), once alone and
once beside busy loops; each remark says what was seen.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

from workbench.profiler.measuring import brevity, disturbed, steadiness
from workbench.profiler.measuring.evidence import Evidence, Limits, mean_known
from workbench.profiler.values import Loop, Reason, Verdict

# Launches on a quiet machine differ by 1–3 %, an interval of ± 1–4 %. Beyond ± 5 % two variants that differ
# by 7 % cannot be told apart; beyond ± 15 % not even by 20 %, the size of gain that people act on.
SPREAD = Limits(0.05, 0.15)
# Alone: 0.00–0.01 with one request in flight and 0.04–0.10 with two, since the thread that restarts requests
# shares the cores with them. One busy loop beside it: 0.29–0.48 at 0.5–0.8 × the speed; two: 0.52–0.75.
WAITING = Limits(0.15, 0.25)
# 0.02–0.06 from 1 ms an inference upwards, 0.3–0.5 at 0.05 ms. At one half, Python is what was measured.
HOST = Limits(0.10, 0.50)


def spread(evidence: Evidence) -> Reason | None:
    """Fresh launches of the same thing disagree."""
    value = evidence.throughput.half_width
    detail = (
        f"Throughput is known to ± {value:.0%} only: the launches disagree. "
        "Use more or longer launches, or a quieter machine."
    )
    return SPREAD.objection("spread", value, detail)


def cpu_share(evidence: Evidence) -> Reason | None:
    """Inference threads were ready to run but had no CPU: someone else had it."""
    value = mean_known(evidence.waiting)
    detail = (
        f"The launches had to wait for {value or 0:.0%} of the CPU time they could have used, and got "
        f"{evidence.cores_obtained:.2f} cores: other processes compete for the CPU. "
        "Stop them, or measure when the machine is quiet."
    )
    return WAITING.objection("cpu-share", value, detail)


def host_bound(evidence: Evidence) -> Reason | None:
    """The measuring loop, not the device, took a good part of the time."""
    value = statistics.fmean(evidence.host)
    what = "between inferences" if evidence.loop is Loop.SYNC else "in the thread that restarts requests"
    detail = (
        f"{value:.0%} of the time went by {what}, in Python: throughput is a lower bound of what the "
        "device can do. The latencies, taken by OpenVINO itself, are not affected. A larger batch makes it the "
        "device that is measured."
    )
    return HOST.objection("host-bound", value, detail)


RULES: tuple[Callable[[Evidence], Reason | None], ...] = (
    spread,
    brevity.too_short,
    steadiness.drift,
    steadiness.two_modes,
    steadiness.stall,
    cpu_share,
    host_bound,
    disturbed.stolen,
    disturbed.throttled,
    disturbed.memory,
    disturbed.clock,
    disturbed.heat,
    disturbed.busy_before,
)


def judge(evidence: Evidence) -> dict[str, Any]:
    """``{verdict, reasons}``: trusted when no rule objects, else as bad as the worst objection."""
    reasons = [reason for rule in RULES if (reason := rule(evidence)) is not None]
    ranks = list(Verdict)
    worst = max((reason.verdict for reason in reasons), key=ranks.index, default=Verdict.TRUSTED)
    return {"verdict": worst, "reasons": [reason.to_json() for reason in reasons]}
