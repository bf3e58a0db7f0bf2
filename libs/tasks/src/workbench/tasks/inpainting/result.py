"""What an inpainting model makes of one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.maps import decode_map, encode_map
from workbench.imaging.pictures import decode_picture, encode_picture
from workbench.tasks.recipe import Recipe


@dataclass(frozen=True)
class Whole:
    """As large as the model's input, which is what can be judged. ``picture``: made whole; ``original``: what it was;
    ``hole``: 1 where it was missing. All as ``pictures.py`` and ``maps.py`` write them.

    ``over``: where the picture as it came lies in that, in pixels: left, top, right, bottom.
    """

    picture: str
    original: str
    hole: str
    over: tuple[float, float, float, float]

    @classmethod
    def of(
        cls,
        levels: NDArray[np.uint8],
        original: NDArray[np.uint8],
        hole: NDArray[np.uint8],
        over: tuple[float, float, float, float],
    ) -> Whole:
        """levels, original: shape (height, width, 3); hole: (height, width)."""
        kept = np.where(hole[:, :, None] == 1, levels, original).astype(np.uint8)
        return cls(encode_picture(kept), encode_picture(original), encode_map(hole), over)

    @cached_property
    def levels(self) -> NDArray[np.uint8]:
        """Shape (height, width, 3)."""
        return decode_picture(self.picture)

    @cached_property
    def before(self) -> NDArray[np.uint8]:
        """What it was, shape (height, width, 3)."""
        return decode_picture(self.original)

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Shape (height, width)."""
        return decode_map(self.hole) == 1

    def plain(self) -> NDArray[np.uint8]:
        """The hole filled with the mean colour of all else."""
        filled = self.before.copy()
        filled[self.missing] = self.before[~self.missing].mean(0).round().astype(np.uint8)
        return filled

    def to_json(self) -> dict[str, Any]:
        """``{picture, original, hole, over}``."""
        return {"picture": self.picture, "original": self.original, "hole": self.hole, "over": list(self.over)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Whole:
        """What ``to_json`` made."""
        return cls(document["picture"], document["original"], document["hole"], tuple(document["over"]))

    def lines(self, recipe: Recipe) -> list[str]:  # noqa: ARG002
        """For people."""
        height, width = self.missing.shape
        return [f"{self.missing.mean():.1%} of {width}×{height} pixels were missing and have been filled"]
