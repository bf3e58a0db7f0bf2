"""How variants differ, and whether the difference is larger than the noise. Pure rules."""

from __future__ import annotations

from workbench.figures import Figure, as_change, ratio, unit_of
from workbench.project.values import Facts, Variant
from workbench.tasks.catalogue import TASKS

# Errors: more of them is accuracy lost.
_LOWER = frozenset(metric.name for task in TASKS for metric in task.choosing.METRICS if metric.better == "lower")

# Shares of what the reference model says, too: they need no labels.
_AGREEING = frozenset(metric.name for task in TASKS for metric in task.choosing.METRICS
                      if metric.needs == "reference" and metric.unit == "share")  # fmt: skip


def compare(variant: Variant, baseline: Variant) -> Facts:
    """One variant against the baseline."""
    return {
        "variant": variant.name,
        "baseline": baseline.name,
        "speedup": quotient(variant.profile["throughput_fps"], baseline.profile["throughput_fps"]),
        "latency_ratio": quotient(variant.profile["latency_ms"]["p50"], baseline.profile["latency_ms"]["p50"]),
        "cpu_per_request_ratio": quotient(
            variant.profile["cpu_ms_per_request"], baseline.profile["cpu_ms_per_request"]
        ),
        "size_ratio": round(variant.size_bytes / baseline.size_bytes, 4),
        "accuracy_change_points": accuracy_change(variant),
        "changed_items": changed_items(variant),
    }


def quotient(mine: Facts, theirs: Facts) -> Facts:
    """Of two figures. ``beyond_noise``: its interval does not hold 1."""
    found = ratio(Figure.of(mine), Figure.of(theirs))
    return {**found.to_json(), "beyond_noise": not found.holds(1.0)}


def accuracy_change(variant: Variant) -> Facts | None:
    """What was gained (+) or lost (-) against the baseline on the very same images; None where nothing was compared.

    ``unit``: points of a hundred where the metric is a share, else the metric's own, such as dB.
    The evaluation has paired them: only it knows what an answer is.
    """
    accuracy = variant.accuracy or {}
    change = accuracy.get("change")
    if not change:
        return None
    gained, unit = as_change(Figure.of(change), unit_of(accuracy))
    if accuracy["metric"] in _LOWER:
        gained = Figure(-gained.value, -gained.high, -gained.low)
    return {**change, **gained.to_json(), "unit": unit}


def disagreement(variant: Variant) -> Facts | None:
    """Points by which its answers differ from the reference model's, where they are measured as a share that agrees."""
    accuracy = variant.accuracy or {}
    if accuracy.get("metric") not in _AGREEING:
        return None
    points = Figure(*(100 * (1 - accuracy[name]) for name in ("value", "high", "low")))
    return {**points.to_json(), "n": accuracy["n"]}


def changed_items(variant: Variant) -> Facts:
    """The images whose answer became right or wrong, or merely another one, by name."""
    told = (variant.evaluation or {}).get("changed_items")
    return told or {"fixed": [], "broken": [], "differing": [], "fixed_n": 0, "broken_n": 0, "differing_n": 0}
