"""Which variant to deploy under the constraints, and why; or why none. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.project.compare import accuracy_change, quotient
from workbench.project.values import Variant


@dataclass(frozen=True)
class Constraints:
    """What the deployment must keep. Latency in ms (median), accuracy drop in points; None: no limit."""

    objective: str
    max_latency_ms: float | None
    max_accuracy_drop: float | None


@dataclass(frozen=True)
class Recommendation:
    """The chosen variant, or None, and the reason for a person."""

    variant: Variant | None
    reason: str


def recommend(variants: Sequence[Variant], constraints: Constraints) -> Recommendation:
    """The best variant by the objective among those that keep every constraint. ``variants[0]`` is the baseline."""
    baseline = variants[0]
    faults = {variant.name: _faults(variant, baseline, constraints) for variant in variants}
    fit = [variant for variant in variants if not faults[variant.name]]
    ruled_out = "; ".join(f"{name}: {' and '.join(why)}" for name, why in faults.items() if why)
    if not fit:
        return Recommendation(None, f"No variant keeps the constraints. {_sentence(ruled_out)}")
    best = _best(fit, constraints.objective)
    return Recommendation(best, " ".join([*_praise(best, baseline, constraints), *_left_out(ruled_out)]))


def _faults(variant: Variant, baseline: Variant, constraints: Constraints) -> list[str]:
    found = [_too_slow(variant, constraints.max_latency_ms)]
    if variant is not baseline:
        found.append(_too_wrong(variant, constraints.max_accuracy_drop))
    return [fault for fault in found if fault]


def _too_slow(variant: Variant, limit: float | None) -> str | None:
    p50 = variant.profile["latency_ms"]["p50"]
    if limit is None or p50["high"] <= limit:
        return None
    return f"its median latency is {p50['value']:.2f} ms (up to {p50['high']:.2f}), over the limit of {limit:g} ms"


def _too_wrong(variant: Variant, limit: float | None) -> str | None:
    if limit is None:
        return None
    change = accuracy_change(variant)
    if change is None:
        # Half precision storage alone is computed in the same precision: that is no risk worth a refusal.
        return None if variant.model["precision"] in ("FP32", "FP16") else "its accuracy is unknown without labels"
    lost = -change["value"]
    if lost <= limit:
        return None
    return f"it loses {lost:.2f} points of accuracy, over the limit of {limit:g}"


def _best(fit: Sequence[Variant], objective: str) -> Variant:
    """The fastest; among those not distinguishable from it, the smallest."""
    fastest = min(fit, key=lambda variant: _badness(variant, objective))
    alike = [variant for variant in fit if _as_fast(variant, fastest, objective)]
    return min(alike, key=lambda variant: variant.size_bytes)


def _badness(variant: Variant, objective: str) -> float:
    if objective == "latency":
        return float(variant.profile["latency_ms"]["p50"]["value"])
    return -float(variant.profile["throughput_fps"]["value"])


def _as_fast(variant: Variant, fastest: Variant, objective: str) -> bool:
    if variant is fastest:
        return True
    figures = [(one.profile["latency_ms"]["p50"] if objective == "latency" else one.profile["throughput_fps"])
               for one in (variant, fastest)]  # fmt: skip
    return not quotient(*figures)["beyond_noise"]


def _praise(best: Variant, baseline: Variant, constraints: Constraints) -> list[str]:
    figure = best.profile["throughput_fps"]
    p50 = best.profile["latency_ms"]["p50"]["value"]
    fps = f"{figure['value']:.1f} FPS ({figure['low']:.1f} to {figure['high']:.1f})"
    said = [f"{best.name} has the best {constraints.objective} that keeps the constraints: {fps}, median {p50:.2f} ms."]
    if best is not baseline:
        speedup = quotient(figure, baseline.profile["throughput_fps"])
        noise = "" if speedup["beyond_noise"] else ", which is within the noise"
        size = best.size_bytes / baseline.size_bytes
        said.append(f"Against {baseline.name}: {speedup['value']:.2f} × the throughput{noise}, {size:.2f} × the size"
                    f"{_accuracy_words(best)}.")  # fmt: skip
    if best.profile["trust"]["verdict"] != "trusted":
        said.append(f"Its measurement is {best.profile['trust']['verdict']}; see the reasons in the report.")
    return said


def _accuracy_words(best: Variant) -> str:
    change = accuracy_change(best)
    if change is None:
        return ""
    return f", accuracy {change['value']:+.2f} points ({change['low']:+.2f} to {change['high']:+.2f})"


def _left_out(ruled_out: str) -> list[str]:
    return [f"Not chosen: {_sentence(ruled_out)}"] if ruled_out else []


def _sentence(text: str) -> str:
    return text + "." if text else ""
