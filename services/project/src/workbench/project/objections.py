"""What speaks against a variant, for certain or not yet, and what would settle it. Pure rules."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from workbench.figures import FEWEST_IMAGES
from workbench.project.compare import accuracy_change, disagreement, ratio_trust
from workbench.project.values import Facts, Variant

_OUT_OF_REACH = 100_000  # images: more than anybody labels to settle one question
MEASURE_AGAIN = "measure again on a quieter machine, with more launches (--launches) or longer ones (--duration-s)"
# Models that were each measured as they are fastest: no machine is too quiet for that, but a measurement may be alike.
_OTHER_REQUESTS = "other-requests"
_SAME_REQUESTS = (
    "measure both with as many requests in flight (`workbench profiles create MODEL --with-model OTHER --requests N`)"
)


@dataclass(frozen=True)
class Constraints:
    """What the deployment must keep. Latency in ms (median), accuracy drop in points; None: no limit."""

    objective: str
    max_latency_ms: float | None
    max_accuracy_drop: float | None


@dataclass(frozen=True)
class Objection:
    """In words. ``needed``: what would settle it; None when it is settled and the variant is ruled out."""

    words: str
    needed: str | None = None


def objections(variant: Variant, baseline: Variant, constraints: Constraints) -> list[Objection]:
    """All there are to one variant; none when everything measured on it speaks for it."""
    found = [_too_slow(variant, constraints.max_latency_ms), _not_trusted(variant)]
    if variant is not baseline:
        found.append(_too_wrong(variant, constraints.max_accuracy_drop))
    return [objection for objection in found if objection]


def contradictions(variant: Variant, others: Iterable[Variant]) -> list[Objection]:
    """Those others that it is faster or slower than by a ratio whose measures contradict each other."""
    slowed, alone = list[str](), list[str]()
    for other in others:
        trust = ratio_trust(variant, other)
        if trust and trust["verdict"] != "trusted":
            rules = {reason["rule"] for reason in trust["reasons"]}
            (alone if rules == {_OTHER_REQUESTS} else slowed).append(other.name)
    found = []
    if slowed:
        words = f"its throughput against {' and '.join(slowed)} contradicts its CPU time a request"
        found.append(Objection(words, MEASURE_AGAIN))
    if alone:
        words = (
            f"it was measured with another number of requests in flight than {' and '.join(alone)}, and its "
            "throughput and CPU time a request say different things"
        )
        found.append(Objection(words, _SAME_REQUESTS))
    return found


def is_trusted(variant: Variant) -> bool:
    """Its speed is good enough to act on: neither untrusted nor doubtful."""
    return bool(variant.profile["trust"]["verdict"] == "trusted")


def _not_trusted(variant: Variant) -> Objection | None:
    if is_trusted(variant):
        return None
    trust = variant.profile["trust"]
    why = ", ".join(reason["rule"] for reason in trust["reasons"] if reason["verdict"] == trust["verdict"])
    return Objection(f"its measurement is {trust['verdict']}{f' ({why})' if why else ''}", MEASURE_AGAIN)


def _too_slow(variant: Variant, limit: float | None) -> Objection | None:
    p50 = variant.profile["latency_ms"]["p50"]
    if limit is None or p50["high"] <= limit:
        return None
    words = f"its median latency is {p50['value']:.2f} ms ({p50['low']:.2f} to {p50['high']:.2f}), "
    if p50["low"] > limit:
        return Objection(f"{words}over the limit of {limit:g} ms")
    return Objection(f"{words}and the limit of {limit:g} ms lies within", MEASURE_AGAIN)


def _too_wrong(variant: Variant, limit: float | None) -> Objection | None:
    if limit is None:
        return None
    change = accuracy_change(variant)
    if change is None and (variant.accuracy or {}).get("constant"):
        return _constant(variant)
    if change is None:
        apart = disagreement(variant)
        return _apart(variant, apart, limit) if apart else _unmeasured(variant)
    unit = change["unit"]
    lost, least, most = (round(0.0 - change[name], 9) for name in ("value", "high", "low"))
    if most <= limit:
        return None
    if least > limit:
        range_of = f"({least:.2f} to {most:.2f})"
        return Objection(f"it loses {lost:.2f} {unit} of accuracy {range_of}, over the limit of {limit:g}")
    words = f"whether it loses more than {limit:g} {unit} of accuracy cannot be said of {change['n']} images: "
    return Objection(f"{words}{lost:.2f} ({least:.2f} to {most:.2f})", _more_images(change, limit))


def _constant(variant: Variant) -> Objection:
    """Whoever always says the same agrees with itself, however it was rounded."""
    n = (variant.accuracy or {})["n"]
    return Objection(
        f"without labels its accuracy is unknown, and it says the same class of all {n} images, so that "
        "it agrees with the baseline tells nothing",
        "images that the model tells apart, or labels",
    )


def _apart(variant: Variant, apart: Facts, limit: float) -> Objection | None:
    """Without labels what it answers otherwise counts as lost: the most that can be, never the least."""
    if apart["high"] <= limit:
        return None
    lost = lost_to_half(variant)
    cut = f"; {lost}" if lost else ""
    words = (
        f"without labels its accuracy is unknown, and it differs from the baseline by {apart['value']:.2f} points "
        f"({apart['low']:.2f} to {apart['high']:.2f}) on {apart['n']} images, limit {limit:g}{cut}"
    )
    if apart["low"] > limit:
        return Objection(words)
    change = {"value": -apart["value"], "low": -apart["high"], "high": -apart["low"], "n": apart["n"], "unit": "points"}
    return Objection(words, f"labels, or {_more_images(change, limit)}")


def _unmeasured(variant: Variant) -> Objection | None:
    """One rule for every precision: without a metric only a distance of outputs that was measured speaks for it."""
    checked: Facts = (variant.model.get("conversion") or {}).get("checked") or {}
    is_float, alike = variant.model["precision"] != "INT8", checked.get("verdict") == "alike"
    if is_float and alike and not checked.get("constant") and not _of_half(variant, "clipped"):
        return None
    lost = lost_to_half(variant)
    cut = f", and {lost}" if lost else ""
    return Objection(f"its accuracy is unknown without labels, and {_of_outputs(variant, checked)}{cut}")


def _of_outputs(variant: Variant, checked: Facts) -> str:
    """What is known of their distance, which does not speak for the variant."""
    calibration: Facts = variant.model.get("calibration") or {}
    if (apart := calibration.get("distance")) is not None:
        return (
            f"its outputs are off by {apart:.1%} (of their root mean square) on {calibration['images_compared']} of "
            "the images it was calibrated with, which is no measure of its answers"
        )
    if checked.get("constant"):
        return (
            "its source's outputs were the same whatever random numbers went in, so that its own are like them says "
            "little"
        )
    return "how far its outputs are from those of its source was not measured"


def lost_to_half(variant: Variant) -> str:
    """The weights that half precision could not hold, in words; empty where there are none."""
    clipped, vanished = _of_half(variant, "clipped"), _of_half(variant, "vanished")
    said = [f"{clipped:,} of its weights were clipped to half precision"] if clipped else []
    said += [f"{vanished:,} of its weights, too small for half precision, lost digits or became 0"] if vanished else []
    return " and ".join(said)


def _of_half(variant: Variant, loss: str) -> int:
    """As the conversion counted them."""
    half: Facts = (variant.model.get("conversion") or {}).get("half") or {}
    return int((half.get(loss) or {}).get("values") or 0)


def _more_images(change: Facts, limit: float) -> str:
    """An interval narrows with the root of the number of images; of very few nothing follows, not even how many."""
    if change["n"] < FEWEST_IMAGES:
        return f"more images to score: {change['n']} are too few to say how many it takes"
    lost = -change["value"]
    reach = max(-change["low"] - lost, lost + change["high"])
    distance = abs(limit - lost)
    if change["n"] * reach**2 > _OUT_OF_REACH * distance**2:
        close = f"{limit:g} {change['unit']}"
        return f"another limit: the loss lies so close to {close} that no number of images would tell"
    needed = change["n"] * (reach / distance) ** 2
    digits = 10 ** max(math.floor(math.log10(needed)) - 1, 0)
    return (
        f"about {math.ceil(needed / digits) * digits:,} images to score in place of {change['n']:,}, or another limit"
    )
