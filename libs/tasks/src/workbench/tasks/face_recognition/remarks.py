"""What only the whole of a set of faces shows: one kind of pairs alone, one picture of two people."""

from __future__ import annotations

from workbench.tasks.contradictions import Contradictions
from workbench.tasks.face_recognition.annotation import Known


class Remarks:
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        self._contradictions = Contradictions[str | None](lambda name, identity: f"{name} ({identity})")
        self._kinds: set[bool] = set()

    def add(self, name: str, digest: bytes, annotation: Known) -> bool:
        """Whether the very same picture has been of another person before."""
        self._kinds |= {pair.same for pair in annotation.pairs}
        return self._contradictions.add(name, digest, annotation.identity)

    def warnings(self) -> list[str]:
        """In words."""
        found = self._contradictions.warnings("pictures are of different people")
        if len(self._kinds) < 2:
            kind = "same" if True in self._kinds else "different"
            found.append(
                f"All pairs are of {kind} people: accuracy will say little."
                if self._kinds
                else "There are no pairs: accuracy can't be measured."
            )
        return found
