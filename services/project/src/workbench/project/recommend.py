"""Which variant to deploy under the constraints, and why; why none; or why that is undecided. Pure rules.

Decided is what the figures' intervals leave no doubt about: a variant whose objections are not settled is neither taken
nor ruled out, and while it might be the best one the answer is *undecided*, with what would decide it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.project.compare import accuracy_change, quotient
from workbench.project.doubts import doubt
from workbench.project.objections import (
    Constraints,
    Objection,
    contradictions,
    is_trusted,
    lost_to_half,
    objections,
)
from workbench.project.values import Facts, Variant

RECOMMENDED, NONE, UNDECIDED = "recommended", "none", "undecided"
_METRICS = {"throughput": "throughput_fps", "latency": "latency_p50_ms"}


@dataclass(frozen=True)
class Recommendation:
    """The chosen variant, or None, and the reason for a person.

    ``needed``: what would decide it. ``packaged``: whose package is made; when undecided that of the baseline, which
    rests on no comparison.
    """

    variant: Variant | None
    reason: str
    decision: str = NONE
    needed: tuple[str, ...] = ()
    packaged: Variant | None = None


def recommend(variants: Sequence[Variant], constraints: Constraints) -> Recommendation:
    """The best variant by the objective among those that keep every constraint. ``variants[0]`` is the baseline."""
    baseline = variants[0]
    doubted = doubt(baseline)
    if doubted:
        return Recommendation(None, f"Nothing is recommended: {doubted.words}.", UNDECIDED, _needed([doubted]))
    found = {variant.name: objections(variant, baseline, constraints) for variant in variants}
    possible = [variant for variant in variants if not _ruled_out(found[variant.name])]
    if not possible:
        return Recommendation(None, f"No variant keeps the constraints. {_told(found, found)}")
    best = _best(possible, constraints.objective)
    found[best.name] += contradictions(best, possible)
    speeds_known = all(is_trusted(variant) for variant in possible)
    if speeds_known and not found[best.name]:
        left_out = [name for name in found if found[name]]
        reason = " ".join([*_praise(best, baseline, constraints), *_left_out(found, left_out)])
        return Recommendation(best, reason, RECOMMENDED, packaged=best)
    return _undecided(variants, possible, found)


def _undecided(
    variants: Sequence[Variant], possible: Sequence[Variant], found: Mapping[str, list[Objection]]
) -> Recommendation:
    baseline, names = variants[0], [variant.name for variant in possible]
    open_names = [name for name in names if found[name]]
    said = [
        f"Which variant to deploy is undecided among {', '.join(names)}."
        if len(names) > 1
        else f"Whether to deploy {names[0]} is undecided.",
        _told(found, open_names),
    ]
    said += _left_out(found, [name for name in found if name not in names])
    needed = _needed(objection for name in open_names for objection in found[name])
    return Recommendation(None, " ".join(said), UNDECIDED, needed, baseline if baseline.name in names else None)


def _needed(open_ones: Iterable[Objection]) -> tuple[str, ...]:
    """Each once, in order."""
    return tuple(dict.fromkeys(objection.needed for objection in open_ones if objection.needed))


def _ruled_out(against: Sequence[Objection]) -> bool:
    return any(objection.needed is None for objection in against)


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
    return not quotient(variant, fastest, _METRICS[objective])["beyond_noise"]


def _praise(best: Variant, baseline: Variant, constraints: Constraints) -> list[str]:
    figure = best.profile["throughput_fps"]
    p50 = best.profile["latency_ms"]["p50"]["value"]
    fps = f"{figure['value']:.1f} FPS ({figure['low']:.1f} to {figure['high']:.1f})"
    said = [f"{best.name} has the best {constraints.objective} that keeps the constraints: {fps}, median {p50:.2f} ms."]
    if best is not baseline:
        speedup = quotient(best, baseline, "throughput_fps")
        size = best.size_bytes / baseline.size_bytes
        said.append(
            f"Against {baseline.name}: {speedup['value']:.2f} × the throughput{_noise(speedup)}, "
            f"{_cpu_words(best, baseline)}, {size:.2f} × the size{_accuracy_words(best)}."
        )
    if lost := lost_to_half(best):
        said.append(f"{lost}.")
    return said


def _cpu_words(best: Variant, baseline: Variant) -> str:
    ratio = quotient(best, baseline, "cpu_ms_per_request")
    return f"{ratio['value']:.2f} × the CPU time a request{_noise(ratio)}"


def _noise(ratio: Facts) -> str:
    return "" if ratio["beyond_noise"] else " (within the noise)"


def _accuracy_words(best: Variant) -> str:
    change = accuracy_change(best)
    if change is None:
        return ""
    return f", accuracy {change['value']:+.2f} {change['unit']} ({change['low']:+.2f} to {change['high']:+.2f})"


def _left_out(found: Mapping[str, list[Objection]], names: Sequence[str]) -> list[str]:
    return [f"Not chosen: {_told(found, names)}"] if names else []


def _told(found: Mapping[str, list[Objection]], names: Iterable[str]) -> str:
    """One sentence of all that speaks against these."""
    each = [f"{name}: {' and '.join(objection.words for objection in found[name])}" for name in names]
    return "; ".join(each) + "."
