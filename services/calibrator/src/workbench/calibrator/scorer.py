"""A compiled model that says something of each image of a dataset, several of them in flight."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from PIL import Image
from workbench import ir
from workbench.application.feeding import Arrays
from workbench.application.loading import Loaded, Outputs, UnfitSize, infer, load, prepare, stream
from workbench.application.ports import NoSuchTensor
from workbench.calibrator import feed
from workbench.calibrator.brought import mask_of
from workbench.calibrator.shelf import Shelf
from workbench.calibrator.values import EvaluationSpec, TrialSpec
from workbench.imaging.preprocess import Fitted
from workbench.runner.core import Refusal
from workbench.shards import Item
from workbench.tasks.catalogue import task_of
from workbench.tasks.computing import Computing
from workbench.tasks.protocols import Head
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Misfit


class LabelOutOfRange(Refusal):
    """A label of the dataset is no class of the model; ``label`` and ``classes`` say which and how many."""


class UnusableOutput(Refusal):
    """The head can't read the model's output: its shape is another, or it holds NaN."""


class NotCompiled(Refusal):
    """OpenVINO can't run the model on the device; ``device`` is its name."""


class PrecisionNotExecuted(Refusal):
    """The device executes in another precision than was asked for; ``instead`` is which.

    Remedy: ask for the precision in `instead`, or for f32, which works everywhere.
    """


@dataclass(frozen=True)
class Dataset:
    """The images to score, where they lie, and what is known of them by name."""

    folder: Path
    items: Sequence[Item]
    annotations: Mapping[str, Any]


def compile_model(file: Path, spec: EvaluationSpec | TrialSpec, recipe: Recipe) -> Loaded:
    """The model on its device; refuses one that does not fit the recipe, or does not compile there."""
    model = ir.read(file)
    feed.check_input(model, recipe)
    # The precision is never left to the device's default: it would decide about the accuracy.
    properties = {"INFERENCE_PRECISION_HINT": spec.inference_precision, "PERFORMANCE_HINT": "THROUGHPUT"}
    try:
        loaded = load(model, spec.device, properties, recipe)
    except NoSuchTensor as missing:
        raise feed.InputMismatch(
            f"The recipe reads the {missing.kind} '{missing.name}'; the model has {', '.join(missing.known)}.",
            field=missing.kind,
        ) from missing
    except RuntimeError as error:
        devices = ", ".join(ov.Core().available_devices)
        raise NotCompiled(
            f"The device {spec.device} can't run {file.name} in {spec.inference_precision}: "
            f"{ir.one_line(str(error))} Devices here: {devices}.",
            device=spec.device,
        ) from error
    if loaded.difference is not None:
        raise PrecisionNotExecuted(
            f"inference_precision: {spec.device}: {loaded.difference}.",
            field="inference_precision",
            instead=loaded.difference.got,
        )
    return loaded


def results(loaded: Loaded, task: Computing[Any, Any], dataset: Dataset, told: Callable[[int], None]) -> Shelf:
    """What the model says of every item, in the items' order; ``told`` hears how many are through.

    Refuses annotations that the model has no class for, and outputs that the task's head can't read.
    """
    head = task.running.head(loaded.recipe)
    assert head is not None, "a task that is judged reads outputs"
    found = Shelf(len(dataset.items))
    checked = False
    for number, outputs, fitted in answers(loaded, dataset, told):
        item = dataset.items[number]
        found[number] = read_outputs(head, outputs, loaded.recipe, fitted, item.name)
        if not checked:  # as many classes as in every other answer
            check_annotations(task, dataset, head.classes(outputs, loaded.recipe), loaded.recipe)
            checked = True
    return found


def answers(loaded: Loaded, dataset: Dataset, told: Callable[[int], None]) -> Iterator[tuple[int, Outputs, Fitted]]:
    """As ``stream``; refuses by its name an image of a size that the model can't take."""
    try:
        yield from stream(loaded, pictures(loaded, dataset, told))
    except UnfitSize as unfit:
        raise _of_another_size(dataset.items[unfit.number].name, unfit) from unfit


def answer(loaded: Loaded, arrays: Arrays, name: str) -> Outputs:
    """The same of one image."""
    try:
        return infer(loaded, arrays)
    except UnfitSize as unfit:
        raise _of_another_size(name, unfit) from unfit


def _of_another_size(name: str, unfit: UnfitSize) -> feed.InputMismatch:
    return feed.InputMismatch(f"{name}: {unfit}.", field="resize", file=name)


def pictures(loaded: Loaded, dataset: Dataset, told: Callable[[int], None]) -> Iterator[tuple[Arrays, Fitted]]:
    """What every item feeds the model; ``told`` hears how many have been read.

    Refuses by its name one that is broken.
    """
    for number, item in enumerate(dataset.items, 1):
        mask = mask_of(loaded.recipe, dataset.annotations.get(item.name))
        yield prepared(feed.read(dataset.folder, item), loaded, item.name, mask)
        told(number)


def prepared(data: bytes, loaded: Loaded, name: str, mask: Image.Image | None = None) -> tuple[Arrays, Fitted]:
    """The model's inputs for an image file and its mask; refuses by its name one that is broken."""
    with feed.broken_by_name(name):
        return prepare(data, loaded, mask)


def read_outputs(head: Head, outputs: Outputs, recipe: Recipe, fitted: Fitted, name: str) -> Any:
    """The result of the image of that name; refuses outputs that the head can't read, saying which heads there are."""
    try:
        return head.read(outputs, recipe, fitted)
    except ValueError as error:
        floats = [array for array in outputs.values() if array.dtype.kind == "f"]
        if any((np.isnan(array) | np.isposinf(array)).any() for array in floats):
            raise UnusableOutput(
                f"{name}: {error}. The model itself computes that of this image: export it again without what divides "
                "by 0 or overflows, or leave the image out.",
                file=name,
            ) from error
        shape = list(next(iter(outputs.values())).shape if recipe.output is None else outputs[recipe.output].shape)
        has = ", ".join(f"{name} {list(array.shape)}" for name, array in outputs.items())
        wanted = " ".join(f"{each.name}: {each.words}" for each in task_of(recipe.task).choosing.HEADS)
        raise UnusableOutput(
            f"{name}: {error}. The model's outputs are {has}; the heads of {recipe.task} are {wanted}",
            file=name,
            shape=shape,
        ) from error


def check_annotations(task: Computing[Any, Any], dataset: Dataset, classes: int | None, recipe: Recipe) -> None:
    """Refuses the first that a model of so many classes, read as the recipe says, can't be judged by."""
    if classes is None:
        return
    try:
        for item in dataset.items:
            if item.name in dataset.annotations:
                task.annotation.check(item.name, dataset.annotations[item.name], classes, recipe)
    except Misfit as misfit:
        raise LabelOutOfRange(str(misfit), **misfit.facts) from misfit
