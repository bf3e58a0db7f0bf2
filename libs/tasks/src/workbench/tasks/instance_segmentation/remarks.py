"""What only the whole of a set of masks shows."""

from __future__ import annotations

from workbench.tasks.instance_segmentation.annotation import Instances
from workbench.tasks.several import SeveralThings


class Remarks(SeveralThings):
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        super().__init__("mask", "masks")

    def add(self, name: str, digest: bytes, annotation: Instances) -> bool:
        """Whether the very same picture has had other masks before."""
        return self.hear(name, digest, annotation.things)
