"""How far points are from where they should be, in sizes of the face."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from workbench.tasks.facial_landmarks.anchors import SETS
from workbench.tasks.facial_landmarks.annotation import Known
from workbench.tasks.facial_landmarks.result import Landmarks
from workbench.tasks.scoring import Metric, Scored
from workbench.tasks.totals import mean, share

Found = Scored[Landmarks, Known]
Points = NDArray[np.float64]

_MOST = 10.0  # a face that is missed by more counts as missed by so much


def error(said: Points, there: Points, normalise_by: str) -> float:
    """The normalised mean error of one face; said, there: shape (n, 2) each, of sets that may differ."""
    size = _size(there, normalise_by)
    if len(said) != len(there):
        corners = all(SETS[len(points)].corners for points in (said, there))
        said, there = _five(said, corners=corners), _five(there, corners=corners)
    distance = float(np.hypot(*(said - there).T).mean())
    return min(distance / size, _MOST) if size > 0 else _MOST


def _five(points: Points, *, corners: bool) -> Points:
    groups = SETS[len(points)].five(corners=corners)
    return np.array([points[list(group)].mean(axis=0) for group in groups])


def _size(there: Points, normalise_by: str) -> float:
    if normalise_by in ("eyes", "centres"):
        left, right = _five(there, corners=normalise_by == "eyes")[:2]
        return float(np.hypot(*(right - left)))
    width, height = there.max(axis=0) - there.min(axis=0)
    return float(np.hypot(width, height) if normalise_by == "diagonal" else np.sqrt(width * height))


def _error(scored: Found, other: Known | Landmarks | None) -> float | None:
    if other is None:
        return None
    return error(np.array(scored.result.points), np.array(other.points), scored.options["normalise_by"])


def _fails(scored: Found) -> bool | None:
    found = _error(scored, scored.annotation)
    return None if found is None else found > scored.options["failure_from"]


METRICS: tuple[Metric[Landmarks, Known], ...] = (
    replace(
        mean("nme", "ratio", "lower", "annotation", lambda scored: _error(scored, scored.annotation), _MOST),
        worthless=0.25,
    ),
    share("failure_rate", "annotation", _fails, "lower"),
    mean("nme_agreement", "ratio", "lower", "reference", lambda scored: _error(scored, scored.reference), _MOST),
)


def line(scored: Found) -> dict[str, Any]:
    """What is kept of one image."""
    return scored.result.to_json()


def answer(result: Landmarks) -> list[list[int]]:
    """In whole pixels."""
    return [[round(x), round(y)] for x, y in result.points]
