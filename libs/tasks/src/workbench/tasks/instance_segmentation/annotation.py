"""What is known of one image: the pixels of each thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.imaging.orientation import Turn
from workbench.tasks.instance_segmentation.patch import Patch
from workbench.tasks.marks import MOST_THINGS, Marks, beyond, marks_of
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Misfit


@dataclass(frozen=True)
class Instance:
    """``area``: in pixels, where the dataset says it; ``crowd``: any number of such things; ``difficult``: not to be
    counted.
    """

    class_id: int
    mask: Patch
    area: float | None = None
    crowd: bool = False
    difficult: bool = False


@dataclass(frozen=True)
class Instances:
    """Those of one image; ``size``: its width and height, as whoever drew the masks knew it."""

    size: tuple[int, int]
    things: tuple[Instance, ...]


def to_json(annotation: Instances) -> dict[str, Any]:
    """``{size, instances: [{class, mask, area?, crowd?, difficult?}]}``."""
    return {"size": list(annotation.size), "instances": [_one_json(thing) for thing in annotation.things]}


def from_json(document: Mapping[str, Any]) -> Instances:
    """Raises ValueError in words."""
    things, size = document.get("instances"), document.get("size")
    if set(document) != {"size", "instances"} or not isinstance(things, list):
        raise ValueError("must hold the size of the image and a list of instances, and nothing else")
    if not isinstance(size, list) or len(size) != 2 or not all(type(side) is int and side > 0 for side in size):
        raise ValueError("size must be the image's width and height")
    if len(things) > MOST_THINGS:
        raise ValueError(f"has {len(things)} masks; an image may have {MOST_THINGS}")
    return Instances((size[0], size[1]), tuple(_one(number, thing) for number, thing in enumerate(things, 1)))


def faults(annotation: Instances, width: int, height: int, classes: int | None) -> list[str]:
    """Masks of another image's size, that are empty or lie outside, and classes beyond the list."""
    if annotation.size != (width, height):
        drawn = "×".join(map(str, annotation.size))
        return [f"its masks are drawn on {drawn} pixels, the image has {width}×{height}"]
    found = []
    for number, thing in enumerate(annotation.things, 1):
        if reason := _fault(thing, width, height, classes):
            found.append(f"mask {number} {reason}")
    return found


def check(name: str, annotation: Instances, classes: int, recipe: Recipe) -> None:
    """Raises Misfit for a thing of a class that the model does not have."""
    offset = recipe.options["label_offset"]
    first = beyond([thing.class_id for thing in annotation.things], classes, recipe.options)
    if first is not None:
        raise Misfit(
            f"{name} has a mask of the class {first}; the model has {classes} classes, {offset} of them "
            f"before class 0, so 0 to {classes - offset - 1} are accepted.",
            file=name,
            label=first,
            classes=classes,
        )


def turned(annotation: Instances, turn: Turn) -> Instances:
    """Every mask with the picture."""
    return Instances(turn.size, tuple(replace(thing, mask=thing.mask.turned(turn)) for thing in annotation.things))


def _one_json(thing: Instance) -> dict[str, Any]:
    return Marks(thing.class_id, thing.area, thing.crowd, thing.difficult).to_json(mask=thing.mask.to_json())


def _one(number: int, document: object) -> Instance:
    marks, mask = marks_of(document, "mask", f"instance {number}")
    try:
        return Instance(marks.class_id, Patch.from_json(mask), *marks[1:])
    except ValueError as wrong:
        raise ValueError(f"the mask of instance {number} {wrong}") from None


def _fault(thing: Instance, width: int, height: int, classes: int | None) -> str | None:
    wide, high = thing.mask.size
    if not wide:
        return "is empty"
    right, bottom = thing.mask.left + wide, thing.mask.top + high
    if right > width or bottom > height:
        return f"reaches to {right}, {bottom} and so outside the image, {width}×{height} pixels"
    if classes is not None and thing.class_id >= classes:
        return f"is of the class {thing.class_id}; there are {classes} classes, so 0 to {classes - 1} are accepted"
    return None
