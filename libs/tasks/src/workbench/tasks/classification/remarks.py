"""What only the whole of a set of labels shows: one label everywhere, or two for one picture."""

from __future__ import annotations

from workbench.tasks.classification.annotation import Label

_SHOWN = 5


class Remarks:
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        self._labels: set[int] = set()
        self._first: dict[bytes, tuple[str, int]] = {}
        self._contradictions: list[str] = []

    def add(self, name: str, digest: bytes, annotation: Label) -> bool:
        """Whether the very same picture has had another label before."""
        label = annotation.label
        self._labels.add(label)
        first_name, first_label = self._first.setdefault(digest, (name, label))
        if first_label == label:
            return False
        self._contradictions.append(f"{first_name} ({first_label}) and {name} ({label})")
        return True

    def warnings(self) -> list[str]:
        """In words."""
        found = []
        if self._contradictions:
            shown = ", ".join(self._contradictions[:_SHOWN]) + (" …" if len(self._contradictions) > _SHOWN else "")
            found.append(f"{len(self._contradictions)} images have different labels: {shown}")
        if len(self._labels) == 1:
            found.append("All images have the same label: accuracy will say nothing.")
        return found
