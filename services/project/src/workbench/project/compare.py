"""How variants differ, and whether the difference is larger than the noise. Pure rules."""

from __future__ import annotations

from workbench.figures import Figure, as_change, ratio, unit_of
from workbench.project.values import Facts, Variant
from workbench.tasks.catalogue import TASKS

# Errors: more of them is accuracy lost.
_LOWER = frozenset(metric.name for task in TASKS for metric in task.choosing.METRICS if metric.better == "lower")

# Shares of what the reference model says, too: they need no labels.
_AGREEING = frozenset(
    metric.name
    for task in TASKS
    for metric in task.choosing.METRICS
    if metric.needs == "reference" and metric.unit == "share"
)


def compare(variant: Variant, baseline: Variant) -> Facts:
    """One variant against the baseline."""
    return {
        "variant": variant.name,
        "baseline": baseline.name,
        "measured_together": measured_together(variant, baseline),
        "trust": ratio_trust(variant, baseline),
        "speedup": quotient(variant, baseline, "throughput_fps"),
        "latency_ratio": quotient(variant, baseline, "latency_p50_ms"),
        "cpu_per_request_ratio": quotient(variant, baseline, "cpu_ms_per_request"),
        "size_ratio": round(variant.size_bytes / baseline.size_bytes, 4),
        "accuracy_change_points": accuracy_change(variant),
        "changed_items": changed_items(variant),
    }


def quotient(mine: Variant, theirs: Variant, metric: str) -> Facts:
    """How many times theirs a figure of mine is. ``beyond_noise``: its interval does not hold 1.

    By the pairs of launches where both were measured in turns. Otherwise from the two intervals, as if nothing had
    happened to one of them alone, which nobody knows: ``measured_together`` says so.
    """
    found = _paired(mine, theirs, metric) or ratio(figure(mine, metric), figure(theirs, metric))
    return {**found.to_json(), "beyond_noise": not found.holds(1.0)}


def figure(variant: Variant, metric: str) -> Figure:
    """One of the three that variants are compared by."""
    profile = variant.profile
    return Figure.of(profile["latency_ms"]["p50"] if metric == "latency_p50_ms" else profile[metric])


def measured_together(mine: Variant, theirs: Variant) -> bool:
    """Whether the launches of both were taken in turns, or are the very same."""
    ours, others = mine.profile.get("together"), theirs.profile.get("together")
    return mine.profile_id == theirs.profile_id or bool(ours and others and ours["profile_id"] == others["profile_id"])


def ratio_trust(mine: Variant, theirs: Variant) -> Facts | None:
    """Whether throughput and CPU time a request agree, as the profiler has judged it; None where it could not tell."""
    found: Facts | None = _ratios(mine, theirs).get("trust")
    return found


def _paired(mine: Variant, theirs: Variant, metric: str) -> Figure | None:
    if mine.profile_id == theirs.profile_id:
        return Figure(1.0, 1.0, 1.0)
    found = _ratios(mine, theirs).get(metric)
    return Figure.of(found) if found else None


def _ratios(mine: Variant, theirs: Variant) -> Facts:
    """What was measured in turns says of the two; nothing where they were not."""
    if mine.profile_id == theirs.profile_id or not measured_together(mine, theirs):
        return {}
    found: Facts = mine.profile["together"]["ratios"].get(mine.model_id, {}).get(theirs.model_id, {})
    return found


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
