"""What is known of one image: how it should look in the style. Hardly any dataset says so; a reference model does."""

from __future__ import annotations

from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.annotation import Wanted, from_json, to_json, turned

__all__ = ["Wanted", "check", "faults", "from_json", "to_json", "turned"]


def faults(annotation: Wanted, width: int, height: int, classes: int | None) -> list[str]:  # noqa: ARG001
    """A picture of another size."""
    found = annotation.levels.shape
    if found[:2] == (height, width):
        return []
    return [f"the picture in the style is {found[1]}×{found[0]} pixels, the image {width}×{height}"]


def check(name: str, annotation: Wanted, classes: int, recipe: Recipe) -> None:
    """Any picture can be drawn."""
