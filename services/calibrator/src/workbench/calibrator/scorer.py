"""A compiled model that ranks classes for the images of a dataset, several of them in flight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openvino as ov
from numpy.typing import NDArray
from workbench import ir
from workbench.calibrator import feed
from workbench.calibrator.metrics import Ranking
from workbench.calibrator.values import EvaluationSpec
from workbench.imaging.postprocess import class_scores, classify
from workbench.imaging.recipe import Recipe
from workbench.runner.core import Refusal
from workbench.shards import Item

_READ_BACK = ("INFERENCE_PRECISION_HINT", "PERFORMANCE_HINT", "NUM_STREAMS", "INFERENCE_NUM_THREADS",
              "EXECUTION_DEVICES")


class LabelOutOfRange(Refusal):
    """A label of the dataset is no class of the model; ``label`` and ``classes`` say which and how many."""


class UnusableOutput(Refusal):
    """The model's output is no list of class scores: its shape is another, or it holds NaN."""


class NotCompiled(Refusal):
    """OpenVINO can't run the model on the device; ``device`` is its name."""


@dataclass(frozen=True)
class Scorer:
    """A model on its device, the output to read, and the NumPy type of its input."""

    compiled: ov.CompiledModel
    output: ov.ConstOutput
    dtype: type[Any]


def compile_model(file: Path, spec: EvaluationSpec, recipe: Recipe) -> Scorer:
    """The model on its device; refuses one that does not fit the recipe, or does not compile there."""
    model = ir.read(file)
    dtype = feed.check_input(model, recipe)
    output = find_output(model, recipe.output)
    try:
        # The precision is never left to the device's default: it would decide about the accuracy.
        compiled = ov.Core().compile_model(model, spec.device, {
            "INFERENCE_PRECISION_HINT": spec.inference_precision, "PERFORMANCE_HINT": "THROUGHPUT"})
    except RuntimeError as error:
        devices = ", ".join(ov.Core().available_devices)
        raise NotCompiled(
            f"The device {spec.device} can't run {file.name} in {spec.inference_precision}: "
            f"{ir.one_line(str(error))} Devices here: {devices}.", device=spec.device) from error
    return Scorer(compiled, compiled.outputs[output], dtype)


def find_output(model: ov.Model, name: str | None) -> int:
    """The index of the recipe's output, the first unless it names one."""
    if name is None:
        return 0
    for index, port in enumerate(model.outputs):
        if name in port.get_names():
            return index
    known = ", ".join(ir.tensor_name(port) for port in model.outputs)
    raise feed.InputMismatch(f"The recipe reads the output '{name}'; the model has {known}.", field="output")


def rank(scorer: Scorer, dataset: Path, items: Sequence[Item], labels: Mapping[str, int], recipe: Recipe,
         told: Callable[[int], None]) -> list[Ranking]:
    """The best classes of every item, in the items' order; ``told`` hears how many are through.

    ``labels``: the right class of each item that has one, by name; refuses one that the model has no class for.

    No callback: OpenVINO can hang when a queue with a Python callback is torn down.
    """
    queue = ov.AsyncInferQueue(scorer.compiled)
    tops: list[Ranking] = [[] for _ in items]
    in_flight: dict[int, int] = {}

    def collect(slot: int) -> None:
        index = in_flight.pop(slot)
        tops[index] = _ranking(queue[slot].get_tensor(scorer.output).data, recipe, items, labels, index)

    for index, item in enumerate(items):
        image = feed.tensor(dataset, item, recipe, scorer.dtype)
        slot = queue.get_idle_request_id()
        if slot in in_flight:
            collect(slot)
        in_flight[slot] = index
        queue.start_async({0: image})
        told(index + 1)
    queue.wait_all()
    for slot in list(in_flight):
        collect(slot)
    return tops


def check_labels(items: Sequence[Item], labels: Mapping[str, int], classes: int, label_offset: int) -> None:
    """Refuse a dataset with a label that the model has no class for."""
    limit = classes - label_offset
    for item in items:
        label = labels.get(item.name, 0)
        if label >= limit:
            offset = f", the first {label_offset} of them before label 0" if label_offset else ""
            raise LabelOutOfRange(
                f"{item.name} has the label {label}; the model has {classes} classes{offset}, so labels "
                f"from 0 to {limit - 1} are accepted.", file=item.name, label=label, classes=classes)


def _ranking(output: NDArray[Any], recipe: Recipe, items: Sequence[Item], labels: Mapping[str, int],
             index: int) -> Ranking:
    try:
        if index == 0:
            check_labels(items, labels, class_scores(output).size, recipe.label_offset)
        return classify(output, recipe)
    except ValueError as error:
        name = items[index].name
        raise UnusableOutput(f"{name}: {error}.", file=name, shape=list(output.shape)) from error


def configuration(compiled: ov.CompiledModel) -> dict[str, Any]:
    """What the device really uses, as text or number; a property it does not know is left out."""
    values = {}
    for name in _READ_BACK:
        try:
            value = compiled.get_property(name)
        except RuntimeError:
            continue
        values[name] = value if isinstance(value, int | str | list) else _text(value)
    return values


def _text(value: Any) -> str:
    return value.get_type_name() if isinstance(value, ov.Type) else getattr(value, "name", str(value))
