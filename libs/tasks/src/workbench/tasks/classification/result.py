"""What a classifier says of one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.tasks.recipe import Recipe


@dataclass(frozen=True)
class Ranking:
    """Classes of the dataset with the model's own scores, best first. A background class is negative."""

    top: tuple[tuple[int, float], ...]

    @property
    def first(self) -> int:
        """The best class."""
        return self.top[0][0]

    def to_json(self) -> dict[str, Any]:
        """``{top: [[class, score] …]}``."""
        return {"top": [list(pair) for pair in self.top]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Ranking:
        """What ``to_json`` made."""
        return cls(tuple((int(class_id), float(score)) for class_id, score in document["top"]))

    def lines(self, recipe: Recipe) -> list[str]:
        """For people: score and name of each class that the recipe lists."""
        listed = self.top[: recipe.options["top_k"]]
        return [f"{score:10.4f}  {recipe.class_name(class_id)}" for class_id, score in listed]
