"""What only the whole of a set of faces shows: sets of different points, one picture twice."""

from __future__ import annotations

from collections import Counter

from workbench.tasks.contradictions import Contradictions
from workbench.tasks.facial_landmarks.annotation import Known, Point


class Remarks:
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        self._contradictions = Contradictions[tuple[Point, ...]](lambda name, _points: name)
        self._sizes: Counter[int] = Counter()

    def add(self, name: str, digest: bytes, annotation: Known) -> bool:
        """Whether the very same picture has had other points before."""
        self._sizes[len(annotation.points)] += 1
        return self._contradictions.add(name, digest, annotation.points)

    def warnings(self) -> list[str]:
        """In words."""
        found = self._contradictions.warnings("pictures have different points")
        if len(self._sizes) > 1:
            counts = ", ".join(f"{faces} with {size}" for size, faces in sorted(self._sizes.items()))
            found.append(f"Not all faces have as many points: {counts}.")
        return found
