"""What only the whole of a set of masks shows: one class everywhere, nothing judged, two masks of one picture."""

from __future__ import annotations

import hashlib

import numpy as np
from workbench.tasks.semantic_segmentation.annotation import IGNORED, Annotation

_SHOWN = 5


class Remarks:
    """Hears of every annotated image while a dataset is written."""

    def __init__(self) -> None:
        self._classes: set[int] = set()
        self._first: dict[bytes, tuple[str, bytes]] = {}
        self._contradictions: list[str] = []
        self._unjudged: list[str] = []

    def add(self, name: str, digest: bytes, annotation: Annotation) -> bool:
        """Whether the very same picture has had another mask before."""
        mask = annotation.mask()
        classes = set(np.flatnonzero(np.bincount(mask.ravel(), minlength=IGNORED + 1)).tolist()) - {IGNORED}
        self._classes |= classes
        if not classes:
            self._unjudged.append(name)
        mine = hashlib.sha256(mask.tobytes()).digest()
        first_name, first = self._first.setdefault(digest, (name, mine))
        if first == mine:
            return False
        self._contradictions.append(f"{first_name} and {name}")
        return True

    def warnings(self) -> list[str]:
        """In words."""
        found = []
        if self._contradictions:
            found.append(f"{len(self._contradictions)} pictures have different masks: {_some(self._contradictions)}")
        if self._unjudged:
            nothing = f"In {len(self._unjudged)} masks every pixel is ignored ({IGNORED}), so nothing of them counts"
            found.append(f"{nothing}: {_some(self._unjudged)}")
        if len(self._classes) == 1:
            [only] = self._classes
            found.append(f"All pixels are of one class, {only}: accuracy will say nothing.")
        return found


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
