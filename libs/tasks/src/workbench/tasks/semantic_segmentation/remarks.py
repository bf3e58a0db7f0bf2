"""What only the whole of a set of masks shows: one class everywhere, nothing judged, two masks of one picture."""

from __future__ import annotations

import hashlib

import numpy as np
from workbench.tasks.contradictions import Contradictions, some
from workbench.tasks.semantic_segmentation.annotation import IGNORED, Annotation


class Remarks:
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        self._classes: set[int] = set()
        self._contradictions = Contradictions[bytes](lambda name, _mask: name)
        self._unjudged: list[str] = []

    def add(self, name: str, digest: bytes, annotation: Annotation) -> bool:
        """Whether the very same picture has had another mask before."""
        mask = annotation.mask()
        classes = set(np.flatnonzero(np.bincount(mask.ravel(), minlength=IGNORED + 1)).tolist()) - {IGNORED}
        self._classes |= classes
        if not classes:
            self._unjudged.append(name)
        return self._contradictions.add(name, digest, hashlib.sha256(mask.tobytes()).digest())

    def warnings(self) -> list[str]:
        """In words."""
        found = self._contradictions.warnings("pictures have different masks")
        if self._unjudged:
            nothing = f"In {len(self._unjudged)} masks every pixel is ignored ({IGNORED}), so nothing of them counts"
            found.append(f"{nothing}: {some(self._unjudged)}")
        if len(self._classes) == 1:
            [only] = self._classes
            found.append(f"All pixels are of one class, {only}: accuracy will say nothing.")
        return found
