"""How variants differ, and whether the difference is larger than the noise. Pure rules."""

from __future__ import annotations

from typing import Any

from workbench.figures import Figure, paired_change, ratio
from workbench.project.values import Facts, Variant


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
        "accuracy_change_points": accuracy_change(variant, baseline),
        "changed_items": changed_items(variant, baseline),
    }


def quotient(mine: Facts, theirs: Facts) -> Facts:
    """Of two figures. ``beyond_noise``: its interval does not hold 1."""
    found = ratio(Figure.of(mine), Figure.of(theirs))
    return {**found.to_json(), "beyond_noise": not found.holds(1.0)}


def accuracy_change(variant: Variant, baseline: Variant) -> Facts | None:
    """Points gained (+) or lost (-) on the very same images; None where nothing was scored."""
    pairs = _pairs(variant, baseline)
    if not pairs:
        return _agreement(variant)
    fixed = sum(mine and not theirs for mine, theirs in pairs)
    broken = sum(theirs and not mine for mine, theirs in pairs)
    change = paired_change(fixed, broken, len(pairs)).scaled(100)
    return {**change.to_json(), "n": len(pairs), "beyond_noise": not change.holds(0.0)}


def _agreement(variant: Variant) -> Facts | None:
    """Without labels, what disagrees with the reference counts as lost."""
    accuracy = variant.accuracy
    if accuracy is None or "agreement" not in accuracy["metric"]:
        return None
    lost = {name: 100 * (accuracy[name] - 1.0) for name in ("value", "low", "high")}
    return {**lost, "n": accuracy["n"], "beyond_noise": lost["high"] < 0.0}


def _pairs(variant: Variant, baseline: Variant) -> list[tuple[bool, bool]]:
    theirs = {item["name"]: item["correct"] for item in baseline.predictions}
    both = ((item["correct"], theirs.get(item["name"])) for item in variant.predictions)
    return [(mine, other) for mine, other in both if mine is not None and other is not None]


def changed_items(variant: Variant, baseline: Variant) -> dict[str, Any]:
    """The images whose answer became right or wrong, or merely another one, by name."""
    theirs = {item["name"]: item for item in baseline.predictions}
    both = [(item, theirs[item["name"]]) for item in variant.predictions if item["name"] in theirs]
    fixed = [mine["name"] for mine, other in both if mine["correct"] and other["correct"] is False]
    broken = [mine["name"] for mine, other in both if mine["correct"] is False and other["correct"]]
    differing = [mine["name"] for mine, other in both if _class(mine) != _class(other)]
    return {"fixed": fixed, "broken": broken, "differing": differing,
            "fixed_n": len(fixed), "broken_n": len(broken), "differing_n": len(differing)}  # fmt: skip


def _class(prediction: Facts) -> Any:
    return prediction["top"][0][0] if prediction["top"] else None
