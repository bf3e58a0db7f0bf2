"""A dataset's images as what feeds a model, once model, recipe and dataset fit each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openvino as ov
from PIL import Image
from workbench import ir, shards
from workbench.application.feeding import Arrays, Feeding
from workbench.application.ports import NoSuchTensor
from workbench.application.running import running_of
from workbench.calibrator.shelf import Named, Shelf
from workbench.imaging.orientation import Turn
from workbench.imaging.preparation import Preparation
from workbench.imaging.preprocess import picture, stored_orientation
from workbench.runner.core import Refusal
from workbench.shards import Item
from workbench.tasks import catalogue
from workbench.tasks import recipe as recipes
from workbench.tasks.computing import COMPUTING
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Annotating

_FED_AS = ("f32", "f16", "u8")
# A mirror and a quarter turn; what neither changes, none of the eight orientations does.
_GENERATORS = (2, 6)


class NoImages(Refusal):
    """There is nothing to feed: ``items`` says how many images the dataset has."""


class BadRecipe(Refusal):
    """The recipe itself can't be used; ``field`` is the one at fault."""


class BadDataset(Refusal):
    """The dataset is not in the canonical form, or its bytes are not those it promises."""


class BrokenImage(Refusal):
    """An image of the dataset can't be decoded; ``file`` is its name."""


class SeveralInputs(Refusal):
    """The model takes more than one input, and the task fills just one; ``inputs`` are their names."""


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


def read_annotations(
    folder: Path, recipe: Recipe, annotating: Annotating[Any], items: Sequence[Item]
) -> Mapping[str, Any]:
    """What is known of these items for the recipe's task, by name, where there is something; on the picture as the
    recipe turns it. Refuses a wrong one by name.
    """
    wanted, places, shelf = {item.name: item for item in items}, dict[str, int](), Shelf(len(items))
    try:
        for name, document in shards.each_annotation(folder, recipe.task):
            if name in wanted:
                places[name] = len(places)
                shelf[places[name]] = _annotation(wanted[name], document, annotating)
    except shards.BadDataset as bad:
        raise BadDataset(f"{bad}.") from bad
    here = [(number, wanted[name]) for name, number in places.items()]
    if recipe.preparation.orientation == "exif" and any(
        _has_a_place(item, shelf[number], annotating) for number, item in here
    ):
        for number, item in here:
            shelf[number] = _turned(folder, item, shelf[number], annotating)
    return Named(places, shelf)


def _annotation(item: Item, document: dict[str, Any], annotating: Annotating[Any]) -> Any:
    try:
        annotation = annotating.from_json(document)
    except ValueError as wrong:
        raise BadDataset(f"{item.name}: {wrong}.", file=item.name) from wrong
    if faults := annotating.faults(annotation, item.width, item.height, None):
        raise BadDataset(f"{item.name}: {'; '.join(faults)}.", file=item.name)
    return annotation


def _has_a_place(item: Item, annotation: Any, annotating: Annotating[Any]) -> bool:
    """Whether turning the picture changes what is known of it, as it does not a label."""
    turns = (Turn(each, item.width, item.height) for each in _GENERATORS)
    return any(_as_turned(item, annotation, annotating, turn) != annotation for turn in turns)


def _turned(folder: Path, item: Item, annotation: Any, annotating: Annotating[Any]) -> Any:
    """As it lies on the picture that stands upright."""
    with broken_by_name(item.name):
        turn = Turn(stored_orientation(read(folder, item)), item.width, item.height)
    return _as_turned(item, annotation, annotating, turn)


def _as_turned(item: Item, annotation: Any, annotating: Annotating[Any], turn: Turn) -> Any:
    try:
        return annotating.turned(annotation, turn)
    except ValueError as wrong:
        raise BadDataset(f"{item.name}: {wrong}.", file=item.name) from wrong


@contextmanager
def broken_by_name(name: str) -> Iterator[None]:
    """What is found to be no whole image inside is refused by its name."""
    try:
        yield
    except ValueError as broken:
        raise BrokenImage(f"{name}: {broken}.", file=name) from broken


def check_input(model: ov.Model, recipe: Recipe) -> Feeding:
    """What feeds the model; refuses unless every input takes what recipe and task make for it.

    A free batch dimension is fine, images are fed one by one; a free width or height only where images keep their size.
    """
    names = [ir.tensor_name(port) for port in model.inputs]
    if len(names) > 1 and running_of(recipe.task).feed is None:
        fed = " and ".join(each.name for each in COMPUTING if each.running.feed is not None)
        raise SeveralInputs(
            f"The model has {len(names)} inputs ({', '.join(names)}), and the task {recipe.task} fills one with a "
            f"picture. Freeze or cut the others when converting it; tasks that fill several are {fed}.",
            inputs=names,
        )
    try:
        feeding = Feeding.of(model, recipe)
    except NoSuchTensor as missing:
        raise InputMismatch(
            f"The recipe is for the input '{missing.name}', the model's is '{' and '.join(names)}'.", field="input.name"
        ) from missing
    except ValueError as unfed:
        raise InputMismatch(f"The inputs of the model ({', '.join(names)}): {unfed}.", field="input") from unfed
    for number, shape in zip(feeding.order, feeding.shapes, strict=True):
        _check_port(model.inputs[number], shape, recipe.preparation)
    return feeding


def arrays(folder: Path, item: Item, feeding: Feeding, mask: Image.Image | None = None) -> Arrays:
    """What one image of the dataset feeds the model's inputs, with the mask that it brings; refuses by name one that is
    broken.
    """
    data = read(folder, item)
    with broken_by_name(item.name):
        return feeding.arrays(picture(data, feeding.recipe.preparation), mask)[0]


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


def _check_port(port: ov.Output, wanted: tuple[int, ...], preparation: Preparation) -> None:
    declared, name = port.get_partial_shape(), ir.tensor_name(port)
    shape = ir.shape_json(declared)
    open_ = None if declared.rank.is_dynamic else [dimension.is_dynamic for dimension in list(declared)[1:]]
    if preparation.any_size:
        _check_open(open_, name, shape)
    elif open_ is None or any(open_):
        raise DynamicInput(
            f"The model's input '{name}' has the shape {shape}; fixed height, width and "
            f"channels are needed. Convert the model with the shape {list(wanted)}.",
            shape=shape,
        )
    if not declared.compatible(ov.PartialShape(list(wanted))):
        raise InputMismatch(
            f"The recipe makes a tensor of the shape {list(wanted)} ({preparation.input.layout}), the model's "
            f"input '{name}' takes {shape}.",
            field="input",
            shape=shape,
        )
    _check_type(port, name, preparation)


def _check_open(open_: Sequence[bool] | None, name: str, shape: Any) -> None:
    if open_ is not None and sum(open_) < 2:
        raise InputMismatch(
            f"The model's input '{name}' takes {shape}; where images keep their size (resize keep), height and width "
            "must be open: convert it with -1 for both, or take another way to resize.",
            field="resize",
            shape=shape,
        )


def _check_type(port: ov.Output, name: str, preparation: Preparation) -> None:
    element_type = port.get_element_type().get_type_name()
    if element_type not in _FED_AS:
        raise InputMismatch(
            f"The model's input '{name}' is {element_type}; {', '.join(_FED_AS[:-1])} or {_FED_AS[-1]} is needed.",
            element_type=element_type,
        )
    if element_type == "u8" and (preparation.mean or preparation.scale):
        raise InputMismatch(
            "The model takes whole pixel values (u8), so the recipe's mean and scale must be null: "
            "the model has its own.",
            field="mean" if preparation.mean else "scale",
        )
