"""What paired measurements share: taking turns, and the interval of a ratio."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable

ROUNDS = 8
_T = 2.365  # two-sided 95 % of Student's t with ROUNDS - 1 degrees of freedom


def geometric(ratios: list[float]) -> tuple[float, float, float]:
    """Low, mean and high of ROUNDS positive ratios: the t interval of their logarithms."""
    logs = [math.log(ratio) for ratio in ratios]
    mean, margin = statistics.mean(logs), _T * statistics.stdev(logs) / math.sqrt(ROUNDS)
    return math.exp(mean - margin), math.exp(mean), math.exp(mean + margin)


def beside_bare(what: str, core: Callable[[], tuple[float, float]], bare: Callable[[], tuple[float, float]]) -> None:
    """Run both in turns and print their ratio; each gives the seconds of its call and of its whole process."""
    timed: dict[str, list[tuple[float, float]]] = {"core": [], "bare": []}
    for number in range(ROUNDS + 2):
        for side in ["core", "bare"] if number % 2 else ["bare", "core"]:
            took = core() if side == "core" else bare()
            if number >= 2:  # the first two warm the disk
                timed[side].append(took)
    pairs = list(zip(timed["core"], timed["bare"], strict=True))
    low, ratio, high = geometric([mine[0] / other[0] for mine, other in pairs])
    fixed = statistics.median(mine[1] - other[1] for mine, other in pairs)
    bare_s = statistics.median(call for call, _ in timed["bare"])
    print(
        f"{what}, {ROUNDS} rounds, bare calls {bare_s:.2f} s: "
        f"core / bare {ratio:.3f} [{low:.3f}, {high:.3f}] (target <= 1.05); "
        f"whole process {fixed:+.2f} s (target <= +1.5 s)"
    )
