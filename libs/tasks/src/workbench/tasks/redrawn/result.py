"""A picture that a model has made of one image."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.pictures import decode_picture, encode_picture
from workbench.tasks.recipe import Recipe


class Drawn(Protocol):
    """Whatever shows a picture."""

    @property
    def levels(self) -> NDArray[np.uint8]:
        """Shape (height, width, 3)."""


def digest(result: Drawn) -> str:
    """What an answer that is a picture is told from another by."""
    return hashlib.sha256(result.levels.tobytes()).hexdigest()


@dataclass(frozen=True)
class Redrawn:
    """``text``: the picture, as ``pictures.py`` writes it."""

    text: str

    @classmethod
    def of(cls, levels: NDArray[np.uint8]) -> Redrawn:
        """levels: shape (height, width, 3)."""
        return cls(encode_picture(levels))

    @property
    def levels(self) -> NDArray[np.uint8]:
        """Shape (height, width, 3)."""
        return decode_picture(self.text)

    def to_json(self) -> dict[str, Any]:
        """``{picture}``."""
        return {"picture": self.text}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Redrawn:
        """What ``to_json`` made."""
        return cls(document["picture"])

    def lines(self, recipe: Recipe) -> list[str]:  # noqa: ARG002
        """For people: how large it is, and its mean colour."""
        levels = self.levels
        red, green, blue = levels.mean((0, 1)).round().astype(int)
        return [f"a picture of {levels.shape[1]}×{levels.shape[0]} pixels, its mean colour {red}, {green}, {blue}"]
