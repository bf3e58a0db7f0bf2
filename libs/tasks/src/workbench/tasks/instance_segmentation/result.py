"""What a model says of one image: things, where they are, and which pixels are theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.tasks.instance_segmentation.patch import Patch
from workbench.tasks.recipe import Recipe

Corners = tuple[float, float, float, float]


@dataclass(frozen=True)
class Segment:
    """In pixels of the original image; ``class_id`` is the dataset's."""

    class_id: int
    score: float
    box: Corners
    mask: Patch


@dataclass(frozen=True)
class Segments:
    """The surest first."""

    segments: tuple[Segment, ...]

    def to_json(self) -> dict[str, Any]:
        """``{segments: [{class, score, box, mask}]}``."""
        return {
            "segments": [
                {"class": each.class_id, "score": each.score, "box": list(each.box), "mask": each.mask.to_json()}
                for each in self.segments
            ]
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Segments:
        """What ``to_json`` made."""
        return cls(
            tuple(
                Segment(each["class"], each["score"], tuple(each["box"]), Patch.from_json(each["mask"]))
                for each in document["segments"]
            )
        )

    def shown(self, recipe: Recipe) -> list[Segment]:
        """Those sure enough to be shown to people."""
        return [each for each in self.segments if each.score >= recipe.options["shown_from"]]

    def lines(self, recipe: Recipe) -> list[str]:
        """For people."""
        found = [_line(each, recipe) for each in self.shown(recipe)]
        return found or [f"nothing is found with a score from {recipe.options['shown_from']:g} on"]


def _line(each: Segment, recipe: Recipe) -> str:
    left, top, right, bottom = each.box
    where = f"{left:.0f}, {top:.0f} to {right:.0f}, {bottom:.0f}"
    return f"{each.score:7.2%}  {recipe.class_name(each.class_id)}  {where}, {int(each.mask.pixels.sum())} pixels"
