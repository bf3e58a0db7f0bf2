"""The verdict on a conversion: its outputs beside its source's, and a refusal where they are not the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openvino as ov
from workbench import ir
from workbench.converter.checking.checker import Checker, Ended, TookTooLong
from workbench.converter.checking.verdicts import ALIKE, DIFFERS, NOT_CHECKED, NOT_COMPARABLE, not_comparable
from workbench.converter.rounding import losses, sentence
from workbench.converter.values import IgnoredAttribute, Options, OutputsDiffer, RoundingTooCoarse
from workbench.ir import environments
from workbench.ir.formats import APART

_SECONDS = 60  # for one answer
_LOOPING_S = 15  # of a model with a loop, which may have no end
_FOREIGN = {
    "tflite": "TensorFlow Lite",
    "tensorflow-graph": "TensorFlow",
    "tensorflow-saved-model": "TensorFlow",
    "tensorflow-checkpoint": "TensorFlow",
    "paddle": "PaddlePaddle",
    "keras": "Keras",
    "caffe": "Caffe",
    "mxnet": "MXNet",
    "pytorch": "PyTorch",
}


@dataclass(frozen=True)
class Made:
    """What was made of what. ``draft``: room for another try.

    ``source`` is what is compared: the source's main file, of an ONNX model that of its copy. ``format``: of the source
    itself. ``apart``: of one that is read in an environment apart, the IR that it became there; that is compared where
    the environment does not compute what it reads.
    """

    called: str
    format: str
    source: Path
    apart: Path | None
    model: ov.Model
    written: Path
    options: Options
    draft: Path

    @property
    def fp16(self) -> bool:
        """Whether its weights are stored in half precision."""
        return self.options.precision == "FP16"

    @property
    def loop(self) -> str | None:
        """The first operation that goes on for as long as it computes itself."""
        nodes = self.model.get_ordered_ops()
        return next((f"Loop '{node.get_friendly_name()}'" for node in nodes if node.get_type_name() == "Loop"), None)

    @property
    def runtime(self) -> str:
        """What runs its source, or what OpenVINO read of it."""
        if self.apart and environments.runs(APART[self.format]):
            return "apart"
        return "onnxruntime" if self.format == "onnx" else "openvino"

    @property
    def seen(self) -> Path:
        """What its runtime is given."""
        return self.apart if self.apart and self.runtime == "openvino" else self.source

    @property
    def foreign(self) -> str | None:
        """Whose format it is, where nothing here runs that."""
        return None if self.runtime == "apart" else _FOREIGN.get(self.format)


def ask(checker: Checker, made: Made, written: Path | None = None, fp16: bool | None = None) -> None:
    """Have the converted model compared, while there is other work."""
    checker.ask(
        seconds=_LOOPING_S if made.loop else _SECONDS,
        ask="compare",
        runtime=made.runtime,
        source=made.seen,
        made=made.apart,
        converted=written or made.written,
        inputs=_built_in(made),
        fp16=made.fp16 if fp16 is None else fp16,
    )


def facts(checker: Checker, made: Made, stored: ov.Model) -> dict[str, Any]:
    """``checked``, ``warnings`` and, in half precision, ``half``: what it lost. Raises OutputsDiffer and the like.

    ``stored``: the model as it was written and read again.
    """
    lost = losses(made.model, stored) if made.fp16 else None
    checked = _answer(checker, made)
    if checked["verdict"] == DIFFERS:
        checked = _explained(checker, made, checked, lost)
    if checked["verdict"] == NOT_COMPARABLE and made.format == "onnx":
        _refuse_what_is_ignored(made, checked["reason"])
    if checked["verdict"] == ALIKE and made.foreign:
        reason = f"no {made.foreign} is here to run the source; it does what OpenVINO's reading of the source does"
        checked = {**checked, "verdict": NOT_CHECKED, "reason": reason}
    return {"checked": checked, "warnings": _warnings(checked, lost), **({"half": lost} if lost is not None else {})}


def _warnings(checked: Mapping[str, Any], lost: Mapping[str, Any] | None) -> list[str]:
    said = [sentence(lost)] if sentence(lost) else []
    if checked["constant"]:
        said.append(
            "Whatever random numbers went in, the source's outputs were the same, so that the converted model's are "
            "like them says little: see whether the model answers to its input."
        )
    if checked["verdict"] == NOT_COMPARABLE:
        said.append(f"The conversion was not compared with its source: {checked['reason']}.")
    return said


def _answer(checker: Checker, made: Made) -> dict[str, Any]:
    try:
        return checker.answer()
    except TookTooLong as how:
        reason = f"after {_LOOPING_S} s its {made.loop} had not ended, which it may never do" if made.loop else str(how)
        return not_comparable(reason, made.runtime, None)
    except Ended as how:
        return not_comparable(str(how), made.runtime, None)


def _explained(checker: Checker, made: Made, checked: dict[str, Any], lost: Mapping[str, Any] | None) -> dict[str, Any]:
    """Whether rounding did it, which operation is at fault, or that there is none: then what is to be kept."""
    if made.fp16:
        ir.save(made.model, made.draft, fp16=False)
        ask(checker, made, made.draft / "model.xml", fp16=False)
        exact = _answer(checker, made)
        if exact["verdict"] == ALIKE:
            raise _too_coarse(made, checked, lost)
        if exact["verdict"] == DIFFERS:
            checked = exact
    found = _searched(checker)
    if not found["tie"]:
        raise _differs(made, checked, found["operation"])
    reason = f"on random inputs {found['operation']} chooses among values that are nearly equal"
    return {**checked, "verdict": NOT_COMPARABLE, "reason": reason}


def _searched(checker: Checker) -> dict[str, Any]:
    checker.ask(_SECONDS, ask="search")
    try:
        return checker.answer()
    except Ended:
        return {"operation": None, "tie": False}


def _worst(checked: Mapping[str, Any]) -> Mapping[str, Any]:
    outputs: list[Mapping[str, Any]] = checked["outputs"]
    return max(outputs, key=lambda one: ("shapes" in one, one["beyond"], one["relative"]))


def _distance(checked: Mapping[str, Any]) -> str:
    worst = _worst(checked)
    if "shapes" in worst:
        before, after = worst["shapes"]
        return f"output '{worst['name']}' has the shape {after} where the source gives {before}"
    odd = f", {worst['nonfinite']} are NaN or infinite on one side only" if worst["nonfinite"] else ""
    return (
        f"{worst['beyond']:.2%} of output '{worst['name']}' is off by more than {checked['tolerance']:g} of its "
        f"largest value {worst['magnitude']:.4g}, at most by {worst['largest_difference']:.4g}{odd}"
    )


def _differs(made: Made, checked: dict[str, Any], operation: str | None) -> OutputsDiffer:
    runtime = checked["runtime"]
    first = f" The first operation that differs is {operation}." if operation else ""
    return OutputsDiffer(
        f"{made.called}: the converted model does not compute what {runtime['name']} {runtime['version']} "
        f"computes of it: {_distance(checked)}.{first}",
        field="model_id",
        operation=operation,
        checked=checked,
    )


def _too_coarse(made: Made, checked: dict[str, Any], lost: Mapping[str, Any] | None) -> RoundingTooCoarse:
    said = sentence(lost)
    return RoundingTooCoarse(
        f"precision: stored as FP16, {made.called} computes something else; as FP32 it does not: "
        f"{_distance(checked)}.{f' {said}' if said else ''}",
        field="precision",
        checked=checked,
        half=lost,
    )


def _refuse_what_is_ignored(made: Made, reason: str) -> None:
    # Only here: what reads an IR needs no protobuf.
    from workbench.converter.ignored import ignored

    if found := ignored(made.source):
        raise IgnoredAttribute(
            f"{made.called}: OpenVINO ignores {found}, and the result could not be compared "
            f"with the source's: {reason}.",
            field="model_id",
            operation=found,
        )


def _built_in(made: Made) -> dict[str, dict[str, Any]]:
    """Per input what was built in before it, and which dimension it works on."""
    asked = {}
    for port in made.model.inputs:
        wanted = made.options.inputs.get(ir.tensor_name(port))
        if wanted and wanted.preprocesses:
            layout = ir.tensor_json(port, is_input=True)["layout"]
            asked[ir.tensor_name(port)] = {
                "mean": wanted.mean,
                "scale": wanted.scale,
                "channels": layout.index("C"),
                "reverse_channels": wanted.reverse_channels,
            }
    return asked
