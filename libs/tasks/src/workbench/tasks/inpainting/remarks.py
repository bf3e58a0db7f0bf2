"""What only all the images show: one picture that two parts are missing of, which is as it may be."""

from __future__ import annotations

from workbench.tasks.inpainting.annotation import Hole


class Remarks:
    """Hears of every annotated image while a dataset is written: the same picture may have several holes."""

    def add(self, name: str, digest: bytes, annotation: Hole) -> bool:  # noqa: ARG002
        """Never: another hole in the same picture is another question."""
        return False

    def warnings(self) -> list[str]:
        """None."""
        return []
