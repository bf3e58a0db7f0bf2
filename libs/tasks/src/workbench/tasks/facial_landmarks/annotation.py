"""What is known of one image, a face: where its points are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.imaging.orientation import Turn
from workbench.tasks.facial_landmarks.anchors import SETS, known_sets
from workbench.tasks.recipe import Recipe
from workbench.tasks.scoring import Misfit

MOST_POINTS = 2000
_OUTSIDE = 0.5  # of a side: a chin may be beyond the edge of a picture; a point so far out is another picture's

Point = tuple[float, float]


@dataclass(frozen=True)
class Known:
    """``points``: x and y in pixels of the image, the corner of the first pixel at 0, in the order of their set."""

    points: tuple[Point, ...]


def to_json(annotation: Known) -> dict[str, Any]:
    """``{points: [[x, y]]}``."""
    return {"points": [list(point) for point in annotation.points]}


def from_json(document: Mapping[str, Any]) -> Known:
    """Raises ValueError in words."""
    points = document.get("points")
    if set(document) != {"points"} or not isinstance(points, list):
        raise ValueError("must hold a list of points and nothing else")
    if not 1 <= len(points) <= MOST_POINTS:
        raise ValueError(f"has {len(points)} points; a face may have 1 to {MOST_POINTS}")
    return Known(tuple(_point(number, point) for number, point in enumerate(points, 1)))


def faults(annotation: Known, width: int, height: int, classes: int | None) -> list[str]:  # noqa: ARG001
    """Points far outside the image, and faces without extent."""
    found = []
    for number, (x, y) in enumerate(annotation.points, 1):
        if not (abs(x - width / 2) <= (0.5 + _OUTSIDE) * width and abs(y - height / 2) <= (0.5 + _OUTSIDE) * height):
            found.append(f"point {number} lies at {x:g}, {y:g}, far outside the image, {width}×{height} pixels")
    if len(annotation.points) > 1 and len(set(annotation.points)) == 1:
        found.append(f"all {len(annotation.points)} points lie at one place")
    return found


def check(name: str, annotation: Known, classes: int, recipe: Recipe) -> None:
    """``classes``: how many points the model has. Raises Misfit for a set that can't be compared with them."""
    there = len(annotation.points)
    if there != classes and not (there in SETS and classes in SETS):
        raise Misfit(
            f"{name} has {there} points, the model {classes}; only sets of {known_sets()} points can be "
            "compared with each other.",
            file=name,
            points=there,
            classes=classes,
        )
    if there not in SETS and recipe.options["normalise_by"] in ("eyes", "centres"):
        raise Misfit(
            f"{name} has {there} points, and which of them are eyes is known of {known_sets()} points only; "
            "set the option normalise_by to diagonal or box.",
            file=name,
            points=there,
        )


def turned(annotation: Known, turn: Turn) -> Known:
    """Every point where it comes to lie; a left eye is one in a mirrored picture, too."""
    return Known(tuple(turn.point(*point) for point in annotation.points))


def _point(number: int, point: object) -> Point:
    if not isinstance(point, list) or len(point) != 2 or not all(map(_is_finite, point)):
        raise ValueError(f"point {number} must be two finite numbers, x and y, not {str(point)[:80]}")
    return float(point[0]), float(point[1])


def _is_finite(number: object) -> bool:
    return type(number) in (int, float) and math.isfinite(number)  # type: ignore[arg-type]  # the type has been asked
