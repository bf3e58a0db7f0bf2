"""What only the whole of a set of boxes shows: images without any, one class everywhere, one picture twice."""

from __future__ import annotations

from workbench.tasks.contradictions import Contradictions, some
from workbench.tasks.object_detection.annotation import Thing, Things

_MOSTLY = 0.5  # of the images


class Remarks:
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        self._contradictions = Contradictions[frozenset[Thing]](lambda name, _things: name)
        self._images = 0
        self._empty: list[str] = []

    def add(self, name: str, digest: bytes, annotation: Things) -> bool:
        """Whether the very same picture has had other boxes before."""
        self._images += 1
        if not annotation.things:
            self._empty.append(name)
        return self._contradictions.add(name, digest, frozenset(annotation.things))

    def warnings(self) -> list[str]:
        """In words."""
        found = self._contradictions.warnings("pictures have different boxes")
        if len(self._empty) > _MOSTLY * self._images:
            found.append(f"{len(self._empty)} of {self._images} images have no box: {some(self._empty)}")
        return found
