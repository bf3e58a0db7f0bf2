"""What is known of one image: the high resolution that it is the low one of."""

from __future__ import annotations

from workbench.tasks.recipe import Recipe
from workbench.tasks.redrawn.annotation import Wanted, from_json, to_json, turned

__all__ = ["Wanted", "check", "faults", "from_json", "to_json", "turned"]


def faults(annotation: Wanted, width: int, height: int, classes: int | None) -> list[str]:  # noqa: ARG001
    """A picture that is not some whole number of times as large; pixels short of the next multiple are fine."""
    rows, columns = annotation.levels.shape[:2]
    scale = round(rows / height)
    if scale >= 2 and abs(rows - scale * height) < scale and abs(columns - scale * width) < scale:
        return []
    return [
        f"the high resolution is {columns}×{rows} pixels, the low one {width}×{height}; it must be 2, 3, 4 … times "
        "as large"
    ]


def check(name: str, annotation: Wanted, classes: int, recipe: Recipe) -> None:
    """There are no classes."""
