"""What is known of one image: the picture that should be made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.orientation import Turn
from workbench.imaging.pictures import decode_picture, encode_picture


@dataclass(frozen=True)
class Wanted:
    """``picture``: as ``pictures.py`` writes it."""

    picture: str

    @cached_property
    def levels(self) -> NDArray[np.uint8]:
        """Shape (height, width, 3)."""
        return decode_picture(self.picture)


def to_json(annotation: Wanted) -> dict[str, Any]:
    """``{picture}``."""
    return {"picture": annotation.picture}


def from_json(document: Mapping[str, Any]) -> Wanted:
    """Raises ValueError in words."""
    if set(document) != {"picture"}:
        raise ValueError("what should come out must be a picture, and nothing else")
    try:
        decode_picture(document["picture"])
    except ValueError as wrong:
        raise ValueError(f"the picture {wrong}") from wrong
    return Wanted(document["picture"])


def turned(annotation: Wanted, turn: Turn) -> Wanted:
    """As the picture that it should be made of."""
    return Wanted(encode_picture(turn.levels(annotation.levels)))
