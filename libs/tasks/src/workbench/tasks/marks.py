"""What is known of a thing beside where it is: its class, and how COCO and Pascal VOC count it; to and from JSON."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, NamedTuple

MOST_THINGS = 10_000  # of one image
_LARGEST_CLASS = 100_000
_OPTIONAL = {"area", "crowd", "difficult"}


class Marks(NamedTuple):
    """``area``: in square pixels, where it is known; ``crowd``: any number of such things, too many to tell apart;
    ``difficult``: not to be counted, whether it is found or not.
    """

    class_id: int
    area: float | None
    crowd: bool
    difficult: bool

    def to_json(self, **where: Any) -> dict[str, Any]:
        """``{class, where…, area?, crowd?, difficult?}``."""
        found: dict[str, Any] = {"class": self.class_id, **where}
        if self.area is not None:
            found["area"] = self.area
        return found | {name: True for name in ("crowd", "difficult") if getattr(self, name)}


def marks_of(document: object, place: str, noun: str) -> tuple[Marks, Any]:
    """The marks, and what lies at ``place``. ``noun``: such as "thing 3". Raises ValueError in words."""
    if not isinstance(document, dict) or not {"class", place} <= set(document) <= {"class", place, *_OPTIONAL}:
        raise ValueError(f"{noun} must have a class and a {place}, and may have area, crowd and difficult")
    label, area = document["class"], document.get("area")
    if type(label) is not int or not 0 <= label <= _LARGEST_CLASS:
        raise ValueError(f"the class of {noun} must be a whole number up to {_LARGEST_CLASS}, not {label!r}")
    return Marks(label, _area(area, noun), *_flags(document, noun)), document[place]


def is_finite(number: object) -> bool:
    """Whether it is a number at all, and neither infinite nor NaN."""
    return type(number) in (int, float) and math.isfinite(number)  # type: ignore[arg-type]  # the type has been asked


def beyond(class_ids: Collection[int], classes: int, options: Any) -> int | None:
    """The first class that a model with so many does not have; None too where it numbers them as COCO does."""
    found = sorted(each for each in set(class_ids) if each >= classes - options["label_offset"])
    return found[0] if found and options["numbering"] == "plain" else None


def _area(area: Any, noun: str) -> float | None:
    if area is not None and not (is_finite(area) and area >= 0):
        raise ValueError(f"the area of {noun} must be a number from 0, not {str(area)[:40]}")
    return None if area is None else float(area)


def _flags(document: dict[str, Any], noun: str) -> tuple[bool, bool]:
    crowd, difficult = document.get("crowd", False), document.get("difficult", False)
    if type(crowd) is not bool or type(difficult) is not bool:
        raise ValueError(f"crowd and difficult of {noun} must be true or false")
    return crowd, difficult
