"""What is known of one image beside itself: which part of it is missing. Without that, holes are drawn from a seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.maps import decode_map, encode_map, map_size
from workbench.imaging.orientation import Turn
from workbench.tasks.recipe import Recipe

MISSING = 255


@dataclass(frozen=True)
class Hole:
    """``text``: 255 where the picture is missing, else 0, as ``maps.py`` writes it."""

    text: str

    @classmethod
    def of(cls, missing: NDArray[np.bool_]) -> Hole:
        """missing: shape (height, width)."""
        return cls(encode_map(missing.astype(np.uint8) * MISSING))

    def missing(self) -> NDArray[np.bool_]:
        """Shape (height, width)."""
        return decode_map(self.text) == MISSING


def mask(annotation: Hole) -> Image.Image:
    """As it goes into a model beside its picture."""
    return Image.fromarray(decode_map(annotation.text))


def to_json(annotation: Hole) -> dict[str, Any]:
    """``{hole}``."""
    return {"hole": annotation.text}


def from_json(document: Mapping[str, Any]) -> Hole:
    """Raises ValueError in words."""
    if set(document) != {"hole"}:
        raise ValueError("which part is missing must be a hole, and nothing else")
    try:
        levels = decode_map(document["hole"])
    except ValueError as wrong:
        raise ValueError(f"the hole {wrong}") from wrong
    if not np.isin(levels, (0, MISSING)).all():
        raise ValueError(f"the hole must be {MISSING} where the picture is missing, and 0 elsewhere")
    return Hole(document["hole"])


def faults(annotation: Hole, width: int, height: int, classes: int | None) -> list[str]:  # noqa: ARG001
    """A mask of another size, of nothing, or of all."""
    size = map_size(annotation.text)
    if size != (width, height):
        return [f"the mask is {size[0]}×{size[1]} pixels, the image {width}×{height}"]
    missing = annotation.missing()
    if missing.all() or not missing.any():
        return [
            f"the mask is {'white' if missing.all() else 'black'} all over; it must be white where the picture is "
            "missing, and black elsewhere"
        ]
    return []


def check(name: str, annotation: Hole, classes: int, recipe: Recipe) -> None:
    """There are no classes."""


def turned(annotation: Hole, turn: Turn) -> Hole:
    """With its picture."""
    return Hole.of(turn.levels(annotation.missing()))
