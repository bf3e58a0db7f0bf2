"""What is known of one image: the class of each of its pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.maps import decode_map, encode_map, map_size
from workbench.imaging.orientation import Turn
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Misfit

IGNORED = 255  # a pixel that nobody has judged
_SHOWN = 8  # class ids in a message


@dataclass(frozen=True)
class Annotation:
    """``text``: the dataset's class of each pixel, from 0, as ``maps.py`` writes it: small, where arrays are not."""

    text: str

    @classmethod
    def of(cls, mask: NDArray[np.uint8]) -> Annotation:
        """mask: shape (height, width), a class id or 255 for each pixel."""
        return cls(encode_map(mask))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return map_size(self.text)

    def mask(self) -> NDArray[np.uint8]:
        """Shape (height, width)."""
        return decode_map(self.text)


def to_json(annotation: Annotation) -> dict[str, Any]:
    """``{mask}``."""
    return {"mask": annotation.text}


def from_json(document: Mapping[str, Any]) -> Annotation:
    """Raises ValueError in words; whoever holds an annotation can have its mask."""
    if set(document) != {"mask"}:
        raise ValueError(f"must hold a mask and nothing else, not {', '.join(map(str, document)) or 'nothing'}"[:200])
    try:
        decode_map(document["mask"])
    except ValueError as wrong:
        raise ValueError(f"the mask {wrong}") from wrong
    return Annotation(document["mask"])


def faults(annotation: Annotation, width: int, height: int, classes: int | None) -> list[str]:
    """Another size than the image's, and classes beyond the list."""
    found = []
    if annotation.size != (width, height):
        mine = "×".join(map(str, annotation.size))
        found.append(f"the mask is {mine}, the image {width}×{height} pixels")
    if classes is not None:
        found += _unknown(annotation, classes)
    return found


def check(name: str, annotation: Annotation, classes: int, recipe: Recipe) -> None:
    """Raises Misfit for pixels of a class that the model does not have; those that are not scored do not matter."""
    offset, ignored = recipe.options["label_offset"], recipe.options["ignore_label"]
    beyond = [
        int(label) for label in np.unique(annotation.mask()) if classes - offset <= label < IGNORED and label != ignored
    ]
    if not beyond:
        return
    before = f", the first {offset} of them before class 0" if offset else ""
    raise Misfit(
        f"{name} has pixels of the class {beyond[0]}; the model has {classes} classes{before}, so 0 to "
        f"{classes - offset - 1} are accepted.",
        file=name,
        label=beyond[0],
        classes=classes,
    )


def turned(annotation: Annotation, turn: Turn) -> Annotation:
    """Every pixel with the picture."""
    return Annotation.of(turn.levels(annotation.mask()))


def _unknown(annotation: Annotation, classes: int) -> list[str]:
    beyond = [int(label) for label in np.unique(annotation.mask()) if classes <= label < IGNORED]
    if not beyond:
        return []
    shown = ", ".join(map(str, beyond[:_SHOWN])) + (" …" if len(beyond) > _SHOWN else "")
    accepted = f"so 0 to {classes - 1} are accepted, and {IGNORED} where nothing is known"
    return [f"the mask has the class {shown}; there are {classes} classes, {accepted}"]
