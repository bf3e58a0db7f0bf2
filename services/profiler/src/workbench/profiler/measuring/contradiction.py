"""Whether two measures of one comparison say the same: throughput, and the CPU time of a request.

On a CPU, frames a second times CPU time a frame is how many cores were kept busy. So where the ratio of throughputs
and that of CPU times say different things of two models, one of them had more of the cores than the other: because a
load on the machine took them from one more than from the other, or because one model spreads over them less well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.figures import Figure
from workbench.figures.launches import paired_ratio
from workbench.profiler.measuring.evidence import Limits, mean_known
from workbench.profiler.values import Reason, Verdict

Launches = Sequence[dict[str, Any]]
CONTRADICTION, OTHER_REQUESTS = "contradiction", "other-requests"
# By how much the nearer end of the interval lies off 1. At ten tasks a core, where throughput said 0.30 in place of
# 0.45, the cores' ratio was 0.67. The limits are those of the spread, halved at the lower end, since an interval is
# between already.
APART = Limits(0.025, 0.15)
# What launches wait for a CPU although nobody else is there (see trust.WAITING): those who wait no longer had all the
# cores that they could use.
CALM = 0.10


def trust_of_ratio(mine: Launches, theirs: Launches) -> dict[str, Any] | None:
    """``{verdict, reasons, notes, cores}`` of the paired ratios of these launches, as ``trust.judge`` has it.

    ``cores``: how many times theirs the cores kept busy by mine are. None where a device beside the CPU executed, or
    nobody says which did: CPU time tells nothing of it then.
    """
    if not (mine and theirs) or not all(_on_cpu(each) for each in (*mine, *theirs)):
        return None
    cores = paired_ratio(_cores(mine), _cores(theirs))
    waited = [mean_known(launch["waiting_share"] for launch in each) for each in (mine, theirs)]
    requests = [each[0]["requests"] for each in (mine, theirs)]
    reason, notes = APART.objection(CONTRADICTION, _off(cores), _contradiction(cores, waited)), list[str]()
    if reason and requests[0] != requests[1]:
        reason = Reason(OTHER_REQUESTS, Verdict.DOUBTFUL, _other_requests(requests), reason.value, APART.doubtful)
    elif reason and all(each is not None and each <= CALM for each in waited):
        reason, notes = None, [_own(mine, theirs)]
    return {
        "verdict": reason.verdict if reason else Verdict.TRUSTED,
        "notes": notes,
        "reasons": [reason.to_json()] if reason else [],
        "cores": cores.to_json(),
    }


def _on_cpu(launch: dict[str, Any]) -> bool:
    executed = launch["configuration"].get("executed") or {}
    return bool(executed.get("devices") == ["CPU"])


def _cores(launches: Launches) -> NDArray[np.float64]:
    return np.array([launch["cpu_cores"] for launch in launches], dtype=np.float64)


def _off(ratio: Figure) -> float:
    """How far from 1 the interval's nearer end is, whichever side; 0 when it holds 1."""
    return max(ratio.low - 1, 1 / ratio.high - 1, 0.0)


def _contradiction(cores: Figure, waited: Sequence[float | None]) -> str:
    waits = " and ".join("an unknown part" if each is None else f"{each:.0%}" for each in waited)
    return (
        f"Throughput and CPU time a request contradict each other: the first model had {cores.value:.2f} "
        f"× ({cores.low:.2f} to {cores.high:.2f}) the cores of the second, and they waited for {waits} of the CPU "
        "time they could have used. A load on the machine slowed one more than the other, so the ratio of "
        "throughputs is not that of a quiet machine; that of CPU time a request suffers less. Measure again when "
        "it is quiet."
    )


def _other_requests(requests: Sequence[int]) -> str:
    return (
        f"Throughput and CPU time a request say different things: the models were measured with {requests[0]} and "
        f"{requests[1]} requests in flight, as each is fastest from Python. Compare their CPU time a request, or "
        "measure both with the same number of requests (--requests of `workbench profiles create`)."
    )


def _own(mine: Launches, theirs: Launches) -> str:
    kept = " and ".join(f"{float(_cores(each).mean()):.2f}" for each in (mine, theirs))
    return (
        f"Throughput and CPU time a request say different things, and both are true: the models kept {kept} cores "
        "busy and hardly waited for any, so one spreads over the cores less well than the other. More streams "
        "(--streams of `workbench profiles create`, or its --hint throughput) would use them."
    )
