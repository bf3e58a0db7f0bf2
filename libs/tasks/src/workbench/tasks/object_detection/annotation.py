"""What is known of one image: a box around each thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.imaging.orientation import Turn
from workbench.tasks.marks import MOST_THINGS, Marks, beyond, is_finite, marks_of
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Misfit

# What annotation tools round may lie so far outside: it is cut, and no fault.
_OUTSIDE = 2.0

Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Thing:
    """``box``: left, top, right, bottom in pixels, edges of the first pixel at 0 and 1.

    ``area``: of what is in it, where that is known better than by the box. ``crowd``: any number of such things, too
    many to tell apart; ``difficult``: not to be counted, whether it is found or not.
    """

    class_id: int
    box: Corners
    area: float | None = None
    crowd: bool = False
    difficult: bool = False


@dataclass(frozen=True)
class Things:
    """Those of one image; none is an answer, too."""

    things: tuple[Thing, ...]


def to_json(annotation: Things) -> dict[str, Any]:
    """``{things: [{class, box, area?, crowd?, difficult?}]}``."""
    return {"things": [_thing_json(thing) for thing in annotation.things]}


def from_json(document: Mapping[str, Any]) -> Things:
    """Raises ValueError in words."""
    things = document.get("things")
    if set(document) != {"things"} or not isinstance(things, list):
        raise ValueError("must hold a list of things and nothing else")
    if len(things) > MOST_THINGS:
        raise ValueError(f"has {len(things)} boxes; an image may have {MOST_THINGS}")
    return Things(tuple(_thing(number, thing) for number, thing in enumerate(things, 1)))


def faults(annotation: Things, width: int, height: int, classes: int | None) -> list[str]:
    """Boxes that are empty or lie outside, and classes beyond the list."""
    found = []
    for number, thing in enumerate(annotation.things, 1):
        if reason := _fault(thing, width, height, classes):
            found.append(f"box {number} {reason}")
    return found


def check(name: str, annotation: Things, classes: int, recipe: Recipe) -> None:
    """Raises Misfit for a thing of a class that the model does not have."""
    offset = recipe.options["label_offset"]
    first = beyond([thing.class_id for thing in annotation.things], classes, recipe.options)
    if first is not None:
        raise Misfit(
            f"{name} has a box of the class {first}; the model has {classes} classes"
            f"{f' less {offset} before class 0' if offset else ''}, so 0 to {classes - offset - 1} are accepted.",
            file=name,
            label=first,
            classes=classes,
        )


def turned(annotation: Things, turn: Turn) -> Things:
    """Every box where its thing comes to lie."""
    return Things(tuple(replace(thing, box=turn.box(*thing.box)) for thing in annotation.things))


def _thing_json(thing: Thing) -> dict[str, Any]:
    return Marks(thing.class_id, thing.area, thing.crowd, thing.difficult).to_json(box=list(thing.box))


def _thing(number: int, document: object) -> Thing:
    marks, box = marks_of(document, "box", f"thing {number}")
    if not isinstance(box, list) or len(box) != 4 or not all(map(is_finite, box)):
        raise ValueError(f"the box of thing {number} must be four finite numbers, not {str(box)[:80]}")
    left, top, right, bottom = map(float, box)
    return Thing(marks.class_id, (left, top, right, bottom), *marks[1:])


def _fault(thing: Thing, width: int, height: int, classes: int | None) -> str | None:
    left, top, right, bottom = thing.box
    if right <= left or bottom <= top:
        return f"is empty: it goes from {left:g}, {top:g} to {right:g}, {bottom:g}"
    if min(left, top) < -_OUTSIDE or right > width + _OUTSIDE or bottom > height + _OUTSIDE:
        return f"goes from {left:g}, {top:g} to {right:g}, {bottom:g} and so outside the image, {width}×{height} pixels"
    if classes is not None and thing.class_id >= classes:
        return f"is of the class {thing.class_id}; there are {classes} classes, so 0 to {classes - 1} are accepted"
    return None
