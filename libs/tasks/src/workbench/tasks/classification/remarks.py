"""What only the whole of a set of labels shows: one label everywhere, or two for one picture."""

from __future__ import annotations

from workbench.tasks.classification.annotation import Label
from workbench.tasks.contradictions import Contradictions


class Remarks:
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        self._labels: set[int] = set()
        self._contradictions = Contradictions[int](lambda name, label: f"{name} ({label})")

    def add(self, name: str, digest: bytes, annotation: Label) -> bool:
        """Whether the very same picture has had another label before."""
        self._labels.add(annotation.label)
        return self._contradictions.add(name, digest, annotation.label)

    def warnings(self) -> list[str]:
        """In words."""
        found = self._contradictions.warnings("images have different labels")
        if len(self._labels) == 1:
            found.append("All images have the same label: accuracy will say nothing.")
        return found
