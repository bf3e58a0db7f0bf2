"""What only all the images show: one picture that should look in two ways."""

from __future__ import annotations

from workbench.tasks.contradictions import Contradictions
from workbench.tasks.redrawn.annotation import Wanted


class Remarks:
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        self._contradictions = Contradictions[Wanted](lambda name, _wanted: name)

    def add(self, name: str, digest: bytes, annotation: Wanted) -> bool:
        """Whether the very same picture should have looked otherwise before."""
        return self._contradictions.add(name, digest, annotation)

    def warnings(self) -> list[str]:
        """In words."""
        return self._contradictions.warnings("pictures should look in two ways")
