"""What is known of one image: its class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.imaging.orientation import Turn
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Misfit


@dataclass(frozen=True)
class Label:
    """The dataset's class, from 0."""

    label: int


def to_json(annotation: Label) -> dict[str, Any]:
    """``{label}``."""
    return asdict(annotation)


def from_json(document: Mapping[str, Any]) -> Label:
    """Raises ValueError in words."""
    label = document.get("label")
    if set(document) != {"label"} or type(label) is not int or label < 0:
        raise ValueError(f"a label must be a whole number from 0, and all that there is, not {dict(document)!r}"[:200])
    return Label(label)


def faults(annotation: Label, width: int, height: int, classes: int | None) -> list[str]:  # noqa: ARG001
    """A label beyond the classes; the size of the image is nothing to it."""
    if classes is None or annotation.label < classes:
        return []
    return [f"the label {annotation.label} is outside 0 to {classes - 1}"]


def check(name: str, annotation: Label, classes: int, recipe: Recipe) -> None:
    """Raises Misfit for a label that the model has no class for."""
    offset = recipe.options["label_offset"]
    if annotation.label < classes - offset:
        return
    before = f", the first {offset} of them before label 0" if offset else ""
    raise Misfit(
        f"{name} has the label {annotation.label}; the model has {classes} classes{before}, so labels "
        f"from 0 to {classes - offset - 1} are accepted.",
        file=name,
        label=annotation.label,
        classes=classes,
    )


def turned(annotation: Label, turn: Turn) -> Label:  # noqa: ARG001
    """A class is the same however a picture lies."""
    return annotation
