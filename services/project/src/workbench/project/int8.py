"""Why INT8 is not faster, or less right: what was measured of the layers and of the outputs, and the request that would
change it. Pure rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from workbench.fields.shared import FEW_TO_CALIBRATE_WITH
from workbench.project.compare import accuracy_change, quotient
from workbench.project.values import Facts, Variant

# Of the time of all layers: less is no reason.
_MATTERS = 0.1
_WHOLE = ("i8", "u8")
_HEAVY = ("Convolution", "Deconvolution", "FullyConnected", "MatMul", "Gemm", "RNN", "LSTM", "GRU")
_BETWEEN = ("Reorder", "Convert")
_SHOWN = 3  # types of layers in a sentence


@dataclass(frozen=True)
class _Reason:
    """``share``: of the time of all layers. ``calibrate``: what a calibration that changes it is asked with."""

    share: float
    words: str
    request: str
    calibrate: Facts | None = None


def notes(variant: Variant, baseline: Variant) -> list[str]:
    """Of an INT8 variant, for people; none where it is faster and loses nothing."""
    if not _is_made_int8(variant, baseline):
        return []
    return [
        *_not_faster(variant, baseline),
        *(f"{words}. To change it: {to_change}." for words, to_change, _ in _less_right(variant)),
    ]


def advice(variant: Variant, baseline: Variant) -> list[Facts]:
    """The same reasons for programs, each with what was measured of it and the calibration that would change it."""
    if not _is_made_int8(variant, baseline):
        return []
    slow = [] if quotient(variant, baseline, "throughput_fps")["low"] > 1 else _reasons(_timed(variant), variant.model)
    faster = [
        {
            "share": each.share,
            "loss": None,
            "reason": each.words,
            "to_change": each.request,
            "calibrate": each.calibrate,
        }
        for each in slow
    ]
    righter = [
        {"share": None, "loss": _loss(variant), "reason": words, "to_change": to_change, "calibrate": calibrate}
        for words, to_change, calibrate in _less_right(variant)
    ]
    return [*faster, *righter]


def _is_made_int8(variant: Variant, baseline: Variant) -> bool:
    return bool(variant.model["precision"] == "INT8" and baseline.model["precision"] != "INT8")


def _timed(variant: Variant) -> list[Facts]:
    return [layer for layer in variant.profile.get("layers") or [] if layer.get("time_ms")]


def _not_faster(variant: Variant, baseline: Variant) -> Iterator[str]:
    speedup = quotient(variant, baseline, "throughput_fps")
    layers = _timed(variant)
    if speedup["low"] > 1 or not layers:
        return
    said = (
        f"INT8 is not clearly faster ({speedup['value']:.2f} × {baseline.name}, {speedup['low']:.2f} to "
        f"{speedup['high']:.2f})"
    )
    found = _reasons(layers, variant.model)
    if not found:
        yield f"{said}: nearly all of its time it computes in INT8, so the layers leave no more to gain on this device."
    else:
        yield f"{said}: " + "; ".join(f"{each.words} (to change it: {each.request})" for each in found) + "."


def _reasons(layers: Sequence[Facts], model: Facts) -> list[_Reason]:
    """What takes time that INT8 does not shorten, the most first."""
    whole = _times(layers, lambda layer: layer.get("runtime_precision") in _WHOLE and _is_heavy(layer))
    heavy = _times(layers, lambda layer: layer.get("runtime_precision") not in _WHOLE and _is_heavy(layer))
    if heavy and not whole:
        words = f"none of its {_listed(heavy)} layers ran in INT8: the device has no kernels for them"
        return [_Reason(1.0, words, "measure it on a target whose INT8 says yes (`workbench targets list`)")]
    between = _times(layers, lambda layer: layer["type"] in _BETWEEN)
    rest = _times(
        layers,
        lambda layer: (
            layer.get("runtime_precision") not in _WHOLE and not _is_heavy(layer) and layer["type"] not in _BETWEEN
        ),
    )
    slow = _times(
        layers, lambda layer: layer.get("runtime_precision") in _WHOLE and str(layer.get("exec_type")).startswith("ref")
    )
    found = [
        (
            heavy,
            "of its time goes into layers left in floating point that have INT8 kernels",
            _to_quantize(model),
            _asked(model),
        ),
        (
            rest,
            "goes into layers that INT8 does not touch",
            "nothing does, be it for FP16 where the device has it",
            None,
        ),
        (
            between,
            "goes into changing between precisions and layouts",
            "leave float what lies between float layers: --ignore-type of `workbench calibrations create`",
            None,
        ),
        (
            slow,
            "goes into layers without a fast INT8 kernel",
            f"leave them float: {_ignoring(slow)} of `workbench calibrations create`",
            {"ignored_scope": {"types": sorted({*_kept(model), *(name for name, _ in slow.most_common(_SHOWN))})}},
        ),
    ]
    total = sum(layer["time_ms"] for layer in layers)
    reasons = [
        _Reason(times.total() / total, f"{times.total() / total:.0%} {words} ({_listed(times)})", request, calibrate)
        for times, words, request, calibrate in found
    ]
    return sorted((reason for reason in reasons if reason.share >= _MATTERS), key=lambda reason: -reason.share)


def _less_right(variant: Variant) -> Iterator[tuple[str, str, Facts | None]]:
    """In words, what would change it, and what a calibration would be asked with."""
    loss = _loss(variant)
    if loss is None:
        return
    calibration: Facts = variant.model.get("calibration") or {}
    off, used = calibration.get("distance"), calibration.get("samples_used")
    said = f"INT8 loses {loss['value']:.2f} {loss['unit']} ({loss['low']:.2f} to {loss['high']:.2f})"
    if off is not None:
        said += f"; its outputs are off by {off:.1%} of their root mean square"
    if used is not None and used < FEW_TO_CALIBRATE_WITH:
        short = (
            calibration.get("subset_size", FEW_TO_CALIBRATE_WITH) < FEW_TO_CALIBRATE_WITH
        )  # else there are no more images
        yield (
            f"{said}, calibrated with {used} images",
            f"calibrate with {FEW_TO_CALIBRATE_WITH} to 1000",
            {"subset_size": FEW_TO_CALIBRATE_WITH} if short else None,
        )
    elif calibration.get("preset") == "performance":
        yield f"{said}, with ranges that are symmetric", "--preset mixed", {"preset": "mixed"}
    else:
        yield said, "leave float what it hangs on, --ignore-type of `workbench calibrations create`", None


def _loss(variant: Variant) -> Facts | None:
    """What it is less right by; None where that is within the noise."""
    change = accuracy_change(variant)
    if change is None or change["high"] >= 0:
        return None
    return {"value": -change["value"], "low": -change["high"], "high": -change["low"], "unit": change["unit"]}


def _to_quantize(model: Facts) -> str:
    calibration: Facts = model.get("calibration") or {}
    if kept := _kept(model):
        before, now = (f"{calibration[name]:.0%}" for name in ("distance_without", "distance"))
        return (
            f"quantize {', '.join(kept)}, too, with an ignored scope that names nothing "
            "(`ignored_scope`: {} of `POST /v1/calibrations`); they were left "
            f"since the outputs were off by {before} otherwise, {now} now"
        )
    return "calibrate again with a smaller ignored scope, or with --preset performance"


def _asked(model: Facts) -> Facts | None:
    """What quantizes more; None where as much as there is was asked for already."""
    if _kept(model):
        return {"ignored_scope": {}}
    return None if (model.get("calibration") or {}).get("preset") == "performance" else {"preset": "performance"}


def _kept(model: Facts) -> list[str]:
    """Types of layers that the calibration has left float."""
    calibration: Facts = model.get("calibration") or {}
    return list((calibration.get("kept_float") or {}).get("types") or ())


def _ignoring(times: Counter[str]) -> str:
    return " ".join(f"--ignore-type {name}" for name, _ in times.most_common(_SHOWN))


def _times(layers: Sequence[Facts], wanted: Callable[[Facts], bool]) -> Counter[str]:
    """Milliseconds by the type of layer."""
    found: Counter[str] = Counter()
    for layer in layers:
        if wanted(layer):
            found[layer["type"]] += layer["time_ms"]
    return found


def _is_heavy(layer: Facts) -> bool:
    return any(name in layer["type"] for name in _HEAVY)


def _listed(times: Counter[str]) -> str:
    return ", ".join(name for name, _ in times.most_common(_SHOWN))
