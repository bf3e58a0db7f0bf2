"""What a dataset is like as a whole: sizes, colour, classes, things; counted while it is written.

Nothing but numbers is kept of an image: a few dozen bytes, and as many for each thing in it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from workbench.dataset.pictures import Picture
from workbench.tasks.average_precision import LARGE, MEDIUM
from workbench.tasks.scoring import Seen

STATISTICS_NAME = "statistics.json"

_BINS = 12
_LEVELS = np.arange(256, dtype=np.float64)


class Statistics:
    """Hears of every image. ``tasks``: those whose annotations are counted."""

    def __init__(self, tasks: Sequence[str]) -> None:
        self._numbers = {name: array("d") for name in ("width", "height", "aspect", "file_bytes")}
        self._means = np.zeros((2, 3))  # of the levels and of their squares, summed over images
        self._tasks = {task: _Contents() for task in tasks}

    def add(self, picture: Picture, seen: Mapping[str, Sequence[Seen]]) -> None:
        """``seen``: what is in the image, by the tasks that know of it."""
        measured = {
            "width": picture.width,
            "height": picture.height,
            "aspect": picture.width / picture.height,
            "file_bytes": len(picture.data),
        }
        for name, value in measured.items():
            self._numbers[name].append(value)
        self._means += _colour(picture.image)
        for task, things in seen.items():
            self._tasks[task].add(things, picture.width * picture.height)

    def to_json(self, classes: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """``classes``: their names by task. Sizes in pixels, ``aspect`` is width by height, colour from 0 to 255.

        Mean and deviation of colour are over pixels, each image counting the same however large it is.
        """
        count = len(self._numbers["width"])
        mean, square = self._means / max(count, 1)
        deviation = np.sqrt(np.maximum(square - mean**2, 0))
        return {
            "images": count,
            **{name: spread(values) for name, values in self._numbers.items()},
            "colour": {"mean": mean.round(3).tolist(), "std": deviation.round(3).tolist()} if count else None,
            "tasks": {task: found.to_json(classes.get(task)) for task, found in self._tasks.items()},
        }


class _Contents:
    """Of one task."""

    def __init__(self) -> None:
        self._images: Counter[int] = Counter()
        self._things: Counter[int] = Counter()
        self._areas: Counter[int] = Counter()
        self._counts, self._shares = array("d"), array("d")
        self._sizes = Counter({"small": 0, "medium": 0, "large": 0})

    def add(self, things: Sequence[Seen], pixels: int) -> None:
        """Of one image of so many pixels."""
        self._images.update({seen.class_id for seen in things})
        self._things.update(seen.class_id for seen in things)
        self._counts.append(len(things))
        for seen in things:
            if seen.area is not None:
                self._areas[seen.class_id] += round(seen.area)
                self._shares.append(seen.area / pixels)
                self._sizes["small" if seen.area < MEDIUM else "medium" if seen.area < LARGE else "large"] += 1

    def to_json(self, names: Sequence[str] | None) -> dict[str, Any]:
        """With a line for each class that has a name or a thing."""
        known = sorted({*range(len(names or ())), *self._things})
        sized = bool(self._shares)
        return {
            "images": len(self._counts),
            "classes": [
                {
                    "id": number,
                    "name": names[number] if names and number < len(names) else None,
                    "images": self._images[number],
                    "things": self._things[number],
                    "area_px": self._areas[number] if sized else None,
                }
                for number in known
            ],
            "things_per_image": spread(self._counts) if sized else None,
            "area_share": spread(self._shares) if sized else None,
            "sizes": dict(self._sizes) if sized else None,
        }


def spread(values: Sequence[float]) -> dict[str, Any] | None:
    """Least, middle, mean and greatest, and how many lie in each of a few equal steps; None of nothing."""
    if not len(values):
        return None
    numbers = np.asarray(values, np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    steps = 1 if low == high else _BINS
    counts, edges = np.histogram(numbers, steps, (low, high) if low < high else (low, low + 1))
    return {
        "min": _round(low),
        "median": _round(float(np.median(numbers))),
        "mean": _round(float(numbers.mean())),
        "max": _round(high),
        "counts": counts.tolist(),
        "edges": [_round(float(edge)) for edge in edges] if low < high else [_round(low), _round(low)],
    }


def _colour(image: Image.Image) -> NDArray[np.float64]:
    """(2, 3): the mean level of each channel, and that of its square."""
    levels = np.asarray(image.histogram(), np.float64).reshape(3, 256) / (image.width * image.height)
    return np.stack([levels @ _LEVELS, levels @ _LEVELS**2])


def _round(value: float) -> float:
    return float(f"{value:.6g}")
