"""What a segmentation model says of one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.imaging.maps import decode_map, encode_map
from workbench.tasks.recipe import Recipe

NOTHING = 255  # a pixel that the model does not see, or gives a class that the dataset does not have


@dataclass(frozen=True)
class ClassMap:
    """``text``: the dataset's class of each pixel of the original image, or 255, as ``maps.py`` writes it.

    An evaluation holds those of all images, which would be too much as arrays.
    """

    text: str

    @classmethod
    def of(cls, classes: NDArray[np.uint8]) -> ClassMap:
        """classes: shape (height, width)."""
        return cls(encode_map(classes))

    @property
    def classes(self) -> NDArray[np.uint8]:
        """Shape (height, width)."""
        return decode_map(self.text)

    @property
    def shares(self) -> dict[int, float]:
        """Of the pixels, by class, the largest first."""
        classes = self.classes
        found, counts = np.unique(classes, return_counts=True)
        ranked = sorted(zip(counts.tolist(), found.tolist(), strict=True), key=lambda pair: (-pair[0], pair[1]))
        return {class_id: count / classes.size for count, class_id in ranked}

    def to_json(self) -> dict[str, Any]:
        """``{mask}``, as an annotation has it."""
        return {"mask": self.text}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> ClassMap:
        """What ``to_json`` made."""
        return cls(document["mask"])

    def lines(self, recipe: Recipe) -> list[str]:
        """For people: the share of the pixels and the name of each class that is there."""
        return [f"{share:7.2%}  {name_of(class_id, recipe)}" for class_id, share in self.shares.items()]


def name_of(class_id: int, recipe: Recipe) -> str:
    """For people."""
    if class_id == NOTHING:
        return "no class"
    return recipe.class_name(class_id)
