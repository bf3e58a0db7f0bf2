"""What a detector says of one image."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from workbench.tasks.recipe import Recipe


class Box(NamedTuple):
    """In pixels of the original image; ``class_id`` is the dataset's."""

    class_id: int
    score: float
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Boxes:
    """The surest first."""

    boxes: tuple[Box, ...]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, float, float, float, float, float]]) -> Boxes:
        """Rounded to what is kept, so that what is scored is what is kept."""
        return cls(
            tuple(Box(label, round(score, 6), *(round(side, 3) for side in sides)) for label, score, *sides in rows)
        )

    def to_json(self) -> dict[str, Any]:
        """``{boxes: [[class, score, left, top, right, bottom]]}``."""
        return {"boxes": [list(box) for box in self.boxes]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Boxes:
        """What ``to_json`` made."""
        return cls(tuple(Box(*box) for box in document["boxes"]))

    def shown(self, recipe: Recipe) -> list[Box]:
        """Those sure enough to be shown to people."""
        return [box for box in self.boxes if box.score >= recipe.options["shown_from"]]

    def lines(self, recipe: Recipe) -> list[str]:
        """For people."""
        found = [
            f"{box.score:7.2%}  {recipe.class_name(box.class_id)}  {box.left:.0f}, {box.top:.0f} to "
            f"{box.right:.0f}, {box.bottom:.0f}"
            for box in self.shown(recipe)
        ]
        return found or [f"nothing is found with a score from {recipe.options['shown_from']:g} on"]
