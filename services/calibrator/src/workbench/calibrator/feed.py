"""What is fed to a model: a dataset's images as tensors, once model, recipe and dataset fit each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from workbench import ir, shards
from workbench.imaging.preparation import Preparation
from workbench.imaging.preprocess import preprocess
from workbench.runner.core import Refusal
from workbench.shards import Item
from workbench.tasks import catalogue
from workbench.tasks import recipe as recipes
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Annotating

_DTYPES = {"f32": np.float32, "f16": np.float16, "u8": np.uint8}


class NoImages(Refusal):
    """There is nothing to feed: ``items`` says how many images the dataset has."""


class BadRecipe(Refusal):
    """The recipe itself can't be used; ``field`` is the one at fault."""


class BadDataset(Refusal):
    """The dataset is not in the canonical form, or its bytes are not those it promises."""


class BrokenImage(Refusal):
    """An image of the dataset can't be decoded; ``file`` is its name."""


class SeveralInputs(Refusal):
    """The model takes more than one input, a dataset of images fills just one; ``inputs`` are their names."""


class DynamicInput(Refusal):
    """The size of the image the model takes is not fixed; ``shape`` is what it declares."""


class InputMismatch(Refusal):
    """The recipe describes another input than the model has."""


def read_recipe(document: object) -> Recipe:
    """The recipe of a spec; refuses with the field at fault."""
    try:
        return catalogue.check(Recipe.from_json(document))
    except recipes.BadRecipe as bad:
        raise BadRecipe(f"{bad}.", field=bad.field) from bad


def read_items(folder: Path) -> list[Item]:
    """The index of a dataset; refuses with the line at fault."""
    try:
        return shards.read_index(folder)
    except shards.BadDataset as bad:
        raise BadDataset(f"{bad}.") from bad


def read_annotations(folder: Path, task: str, annotating: Annotating[Any], items: Sequence[Item]) -> dict[str, Any]:
    """What is known of these items for the task, by name, where there is something; refuses a wrong one by name."""
    try:
        known = shards.read_annotations(folder, task)
    except shards.BadDataset as bad:
        raise BadDataset(f"{bad}.") from bad
    return {item.name: _annotation(item, known[item.name], annotating) for item in items if item.name in known}


def _annotation(item: Item, document: dict[str, Any], annotating: Annotating[Any]) -> Any:
    try:
        annotation = annotating.from_json(document)
    except ValueError as wrong:
        raise BadDataset(f"{item.name}: {wrong}.", file=item.name) from wrong
    if faults := annotating.faults(annotation, item.width, item.height, None):
        raise BadDataset(f"{item.name}: {'; '.join(faults)}.", file=item.name)
    return annotation


def check_input(model: ov.Model, preparation: Preparation) -> type[Any]:
    """The NumPy type to feed the model with; refuses unless its one input is what the recipe describes.

    A free batch dimension is fine, images are fed one by one; a free width or height is not.
    """
    if len(model.inputs) != 1:
        names = [ir.tensor_name(port) for port in model.inputs]
        raise SeveralInputs(
            f"The model has {len(names)} inputs ({', '.join(names)}); a model with one image input is "
            "needed. Freeze or cut the others when converting it.", inputs=names)
    port = model.inputs[0]
    if preparation.input.name not in {*port.get_names(), port.get_node().get_friendly_name()}:
        raise InputMismatch(
            f"The recipe is for the input '{preparation.input.name}', the model's is '{ir.tensor_name(port)}'.",
            field="input.name")
    _check_shape(port, preparation)
    return _dtype(port, preparation)


def tensor(folder: Path, item: Item, preparation: Preparation, dtype: type[Any]) -> NDArray[Any]:
    """One image of the dataset as the model's input; refuses by name one that is broken."""
    data = read(folder, item)
    try:
        return preprocess(data, preparation).astype(dtype, copy=False)
    except ValueError as broken:
        raise BrokenImage(f"{item.name}: {broken}.", file=item.name) from broken


def read(folder: Path, item: Item) -> bytes:
    """The bytes of one image; refuses a dataset that does not hold what it says."""
    try:
        return shards.read_bytes(folder, item)
    except shards.BadDataset as bad:
        raise BadDataset(f"{bad}.", file=item.name) from bad


def names(items: Sequence[Item], most: int = 5) -> str:
    """Some of the items' names, for a message."""
    shown = ", ".join(item.name for item in items[:most])
    return shown if len(items) <= most else f"{shown} and {len(items) - most} more"


def _check_shape(port: ov.Output, preparation: Preparation) -> None:
    declared, wanted = port.get_partial_shape(), preparation.input.shape
    shape = ir.shape_json(declared)
    if declared.rank.is_dynamic or any(dimension.is_dynamic for dimension in list(declared)[1:]):
        raise DynamicInput(
            f"The model's input '{preparation.input.name}' has the shape {shape}; fixed height, width and "
            f"channels are needed. Convert the model with the shape {list(wanted)}.", shape=shape)
    if not declared.compatible(ov.PartialShape(list(wanted))):
        raise InputMismatch(
            f"The recipe makes a tensor of the shape {list(wanted)} ({preparation.input.layout}), the model's "
            f"input '{preparation.input.name}' takes {shape}.", field="input", shape=shape)


def _dtype(port: ov.Output, preparation: Preparation) -> type[Any]:
    element_type = port.get_element_type().get_type_name()
    if element_type not in _DTYPES:
        raise InputMismatch(
            f"The model's input '{preparation.input.name}' is {element_type}; f32, f16 or u8 is needed.",
            element_type=element_type)
    if element_type == "u8" and (preparation.mean or preparation.scale):
        raise InputMismatch(
            "The model takes whole pixel values (u8), so the recipe's mean and scale must be null: "
            "the model has its own.", field="mean" if preparation.mean else "scale")
    return _DTYPES[element_type]
