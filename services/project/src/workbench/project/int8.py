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
    """``share``: of the time of all layers; ``loss``: of accuracy. ``calibrate``: with what to ask to change it."""

    words: str
    to_change: str
    share: float | None = None
    loss: Facts | None = None
    calibrate: Facts | None = None

    def to_json(self) -> Facts:
        """For programs."""
        return {
            "share": self.share,
            "loss": self.loss,
            "reason": self.words,
            "to_change": self.to_change,
            "calibrate": self.calibrate,
        }


def notes(variant: Variant, baseline: Variant) -> list[str]:
    """Of an INT8 variant, for people; none where it is faster and loses nothing."""
    if not _is_made_int8(variant, baseline):
        return []
    righter = [f"{each.words}. To change it: {each.to_change}." for each in _less_right(variant)]
    return [*_not_faster(variant, baseline), *righter]


def advice(variant: Variant, baseline: Variant) -> list[Facts]:
    """The same reasons for programs, each with what was measured of it and the calibration that would change it."""
    if not _is_made_int8(variant, baseline):
        return []
    return [each.to_json() for each in (*(_slow(variant, baseline) or ()), *_less_right(variant))]


def _is_made_int8(variant: Variant, baseline: Variant) -> bool:
    return bool(variant.model["precision"] == "INT8" and baseline.model["precision"] != "INT8")


def _not_faster(variant: Variant, baseline: Variant) -> Iterator[str]:
    found = _slow(variant, baseline)
    if found is None:
        return
    speedup = quotient(variant, baseline, "throughput_fps")
    said = (
        f"INT8 is not clearly faster ({speedup['value']:.2f} × {baseline.name}, {speedup['low']:.2f} to "
        f"{speedup['high']:.2f})"
    )
    if not found:
        yield f"{said}: nearly all of its time it computes in INT8, so the layers leave no more to gain on this device."
    else:
        yield f"{said}: " + "; ".join(f"{each.words} (to change it: {each.to_change})" for each in found) + "."


def _slow(variant: Variant, baseline: Variant) -> list[_Reason] | None:
    """What takes its time, the most first; None where it is clearly faster, or where no layer was timed."""
    layers = [layer for layer in variant.profile.get("layers") or [] if layer.get("time_ms")]
    if not layers or quotient(variant, baseline, "throughput_fps")["low"] > 1:
        return None
    return _reasons(layers, variant.model)


def _reasons(layers: Sequence[Facts], model: Facts) -> list[_Reason]:
    """What takes time that INT8 does not shorten, the most first."""
    whole = _times(layers, lambda layer: _is_whole(layer) and _is_heavy(layer))
    heavy = _times(layers, lambda layer: not _is_whole(layer) and _is_heavy(layer))
    if heavy and not whole:
        words = f"none of its {_listed(heavy)} layers ran in INT8: the device has no kernels for them"
        return [_Reason(words, "measure it on a target whose INT8 says yes (`workbench targets list`)", 1.0)]
    total = sum(layer["time_ms"] for layer in layers)
    reasons = [
        (share, _Reason(f"{share:.0%} {words} ({_listed(times)})", to_change, share, calibrate=calibrate))
        for times, words, to_change, calibrate in _costs(layers, heavy, model)
        if (share := times.total() / total) >= _MATTERS
    ]
    return [reason for _, reason in sorted(reasons, key=lambda each: -each[0])]


def _costs(
    layers: Sequence[Facts], heavy: Counter[str], model: Facts
) -> list[tuple[Counter[str], str, str, Facts | None]]:
    """Times by the type of layer, what they go into, what would change it, and the calibration that asks for that.

    ``heavy``: those of layers left in floating point that have INT8 kernels.
    """
    between = _times(layers, lambda layer: layer["type"] in _BETWEEN)
    rest = _times(layers, lambda layer: not (_is_whole(layer) or _is_heavy(layer) or layer["type"] in _BETWEEN))
    slow = _times(layers, lambda layer: _is_whole(layer) and str(layer.get("exec_type")).startswith("ref"))
    return [
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


def _less_right(variant: Variant) -> Iterator[_Reason]:
    loss = _loss(variant)
    if loss is None:
        return
    calibration: Facts = variant.model.get("calibration") or {}
    off, used = calibration.get("distance"), calibration.get("samples_used")
    said = f"INT8 loses {loss['value']:.2f} {loss['unit']} ({loss['low']:.2f} to {loss['high']:.2f})"
    if off is not None:
        said += f"; its outputs are off by {off:.1%} of their root mean square"
    if used is not None and used < FEW_TO_CALIBRATE_WITH:
        # Else it may take more, and there are none.
        short = calibration.get("subset_size", FEW_TO_CALIBRATE_WITH) < FEW_TO_CALIBRATE_WITH
        yield _Reason(
            f"{said}, calibrated with {used} images",
            f"calibrate with {FEW_TO_CALIBRATE_WITH} to 1000",
            loss=loss,
            calibrate={"subset_size": FEW_TO_CALIBRATE_WITH} if short else None,
        )
    elif calibration.get("preset") == "performance":
        yield _Reason(
            f"{said}, with ranges that are symmetric", "--preset mixed", loss=loss, calibrate={"preset": "mixed"}
        )
    else:
        floats = "leave float what it hangs on, --ignore-type of `workbench calibrations create`"
        yield _Reason(said, floats, loss=loss)


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


def _is_whole(layer: Facts) -> bool:
    """Whether it ran in INT8."""
    return layer.get("runtime_precision") in _WHOLE


def _is_heavy(layer: Facts) -> bool:
    return any(name in layer["type"] for name in _HEAVY)


def _listed(times: Counter[str]) -> str:
    return ", ".join(name for name, _ in times.most_common(_SHOWN))
