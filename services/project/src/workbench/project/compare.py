"""How variants differ, and whether the difference is larger than the noise. Pure rules."""

from __future__ import annotations

import math
from typing import Any

from workbench.project.values import Facts, Variant

Z_95 = 1.959964


def compare(variant: Variant, baseline: Variant) -> Facts:
    """One variant against the baseline."""
    return {
        "variant": variant.name,
        "baseline": baseline.name,
        "speedup": ratio(variant.profile["throughput_fps"], baseline.profile["throughput_fps"]),
        "latency_ratio": ratio(variant.profile["latency_ms"]["p50"], baseline.profile["latency_ms"]["p50"]),
        "cpu_per_request_ratio": ratio(
            variant.profile["cpu_ms_per_request"], baseline.profile["cpu_ms_per_request"]
        ),
        "size_ratio": round(variant.size_bytes / baseline.size_bytes, 4),
        "accuracy_change_points": accuracy_change(variant, baseline),
        "changed_items": changed_items(variant, baseline),
    }


def ratio(mine: Facts, theirs: Facts) -> Facts:
    """Quotient of two positive figures, each {value, low, high} with a 95 % interval.

    The intervals are symmetric in the logarithm, so the half-widths of independent figures add in
    quadrature there. ``beyond_noise``: the interval of the quotient does not hold 1.
    """
    value = mine["value"] / theirs["value"]
    half = math.hypot(_log_half_width(mine), _log_half_width(theirs))
    low, high = value * math.exp(-half), value * math.exp(half)
    return {"value": value, "low": low, "high": high, "beyond_noise": not low <= 1.0 <= high}


def _log_half_width(figure: Facts) -> float:
    return math.log(figure["high"] / figure["low"]) / 2 if figure["low"] > 0 else math.inf


def accuracy_change(variant: Variant, baseline: Variant) -> Facts | None:
    """Points gained (+) or lost (-) on the very same images; None where nothing was scored.

    Both saw the same images, so the interval is that of paired proportions: with b broken, f fixed
    of n, the variance of (f - b) / n is (f + b - (f - b)^2 / n) / n^2 (McNemar's design, Wald form).
    """
    pairs = _pairs(variant, baseline)
    if not pairs:
        return _agreement(variant)
    fixed = sum(mine and not theirs for mine, theirs in pairs)
    broken = sum(theirs and not mine for mine, theirs in pairs)
    n = len(pairs)
    value = (fixed - broken) / n
    half = Z_95 * math.sqrt(max(fixed + broken - (fixed - broken) ** 2 / n, 0.0)) / n
    low, high = value - half, value + half
    figures = {"value": 100 * value, "low": 100 * low, "high": 100 * high}
    return {**figures, "n": n, "beyond_noise": not low <= 0.0 <= high}


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
