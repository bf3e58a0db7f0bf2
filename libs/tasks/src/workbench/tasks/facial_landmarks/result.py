"""What a landmark model says of one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.tasks.facial_landmarks.anchors import SETS
from workbench.tasks.recipe import Recipe

_FIVE = ("left eye", "right eye", "nose", "left corner of the mouth", "right corner of the mouth")
_DIGITS = 3  # of a pixel


@dataclass(frozen=True)
class Landmarks:
    """``points``: x and y in pixels of the original image, in the model's order."""

    points: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, points: Any) -> Landmarks:
        """points: shape (n, 2)."""
        return cls(tuple((round(float(x), _DIGITS), round(float(y), _DIGITS)) for x, y in points))

    def to_json(self) -> dict[str, Any]:
        """``{points}``, as an annotation has it."""
        return {"points": [list(point) for point in self.points]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Landmarks:
        """What ``to_json`` made."""
        return cls(tuple((x, y) for x, y in document["points"]))

    def lines(self, recipe: Recipe) -> list[str]:  # noqa: ARG002
        """For people: the five points that have names, else all of them."""
        if len(self.points) not in SETS:
            return [f"point {number}  {x:.0f}, {y:.0f}" for number, (x, y) in enumerate(self.points)]
        groups = SETS[len(self.points)].five(corners=False)
        return [
            f"{name}  {self._mean(group, 0):.0f}, {self._mean(group, 1):.0f}"
            for name, group in zip(_FIVE, groups, strict=True)
        ]

    def _mean(self, group: tuple[int, ...], axis: int) -> float:
        return sum(self.points[at][axis] for at in group) / len(group)
