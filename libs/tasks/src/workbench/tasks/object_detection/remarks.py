"""What only the whole of a set of boxes shows."""

from __future__ import annotations

from workbench.tasks.object_detection.annotation import Things
from workbench.tasks.several import SeveralThings


class Remarks(SeveralThings):
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        super().__init__("box", "boxes")

    def add(self, name: str, digest: bytes, annotation: Things) -> bool:
        """Whether the very same picture has had other boxes before."""
        return self.hear(name, digest, annotation.things)
