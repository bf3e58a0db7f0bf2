"""What a super-resolution model makes of one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.imaging.pictures import decode_picture, encode_picture
from workbench.tasks.recipe import Recipe


@dataclass(frozen=True)
class Upscaled:
    """``picture``: what came out; ``small``: what it was made of. Both as ``pictures.py`` writes them."""

    picture: str
    small: str

    @classmethod
    def of(cls, levels: NDArray[np.uint8], small: Image.Image) -> Upscaled:
        """levels: shape (height, width, 3)."""
        return cls(encode_picture(levels), encode_picture(np.asarray(small)))

    @cached_property
    def levels(self) -> NDArray[np.uint8]:
        """Shape (height, width, 3)."""
        return decode_picture(self.picture)

    @cached_property
    def scale(self) -> int:
        """How many times as many pixels a side it has."""
        return max(1, round(self.levels.shape[0] / decode_picture(self.small).shape[0]))

    def plain(self) -> NDArray[np.uint8]:
        """What bicubic upscaling alone makes of the same, as large as the picture."""
        height, width = self.levels.shape[:2]
        small = Image.fromarray(decode_picture(self.small))
        return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))

    def to_json(self) -> dict[str, Any]:
        """``{picture, small}``."""
        return {"picture": self.picture, "small": self.small}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Upscaled:
        """What ``to_json`` made."""
        return cls(document["picture"], document["small"])

    def lines(self, recipe: Recipe) -> list[str]:  # noqa: ARG002
        """For people."""
        height, width = self.levels.shape[:2]
        return [f"a picture of {width}×{height} pixels, {self.scale} times as large"]
