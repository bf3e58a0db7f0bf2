"""What is known of one image: how it should look in the style. Hardly any dataset says so; a reference model does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.imaging.pictures import decode_picture
from workbench.tasks.recipe import Recipe


@dataclass(frozen=True)
class Wanted:
    """``picture``: as ``pictures.py`` writes it."""

    picture: str


def to_json(annotation: Wanted) -> dict[str, Any]:
    """``{picture}``."""
    return {"picture": annotation.picture}


def from_json(document: Mapping[str, Any]) -> Wanted:
    """Raises ValueError in words."""
    if set(document) != {"picture"}:
        raise ValueError("an annotation of a style must be a picture, and nothing else")
    try:
        decode_picture(document["picture"])
    except ValueError as wrong:
        raise ValueError(f"the picture {wrong}") from wrong
    return Wanted(document["picture"])


def faults(annotation: Wanted, width: int, height: int, classes: int | None) -> list[str]:  # noqa: ARG001
    """A picture of another size."""
    found = decode_picture(annotation.picture).shape
    if found[:2] == (height, width):
        return []
    return [f"the picture in the style is {found[1]}×{found[0]} pixels, the image {width}×{height}"]


def check(name: str, annotation: Wanted, classes: int, recipe: Recipe) -> None:
    """Any picture can be drawn."""
