"""What only the whole of a dataset of things shows: images without any, one picture twice with others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from workbench.tasks.contradictions import Contradictions, some

_MOSTLY = 0.5  # of the images


class SeveralThings:
    """Hears of every annotated image while a dataset is written. ``noun``: what one of the things is called."""

    def __init__(self, noun: str, plural: str) -> None:
        self._contradictions = Contradictions[frozenset[Hashable]](lambda name, _things: name)
        self._noun, self._plural = noun, plural
        self._images = 0
        self._empty: list[str] = []

    def hear(self, name: str, digest: bytes, things: Iterable[Hashable]) -> bool:
        """Whether the very same picture has had others before."""
        self._images += 1
        all_of_them = frozenset(things)
        if not all_of_them:
            self._empty.append(name)
        return self._contradictions.add(name, digest, all_of_them)

    def warnings(self) -> list[str]:
        """In words."""
        found = self._contradictions.warnings(f"pictures have different {self._plural}")
        if len(self._empty) > _MOSTLY * self._images:
            found.append(f"{len(self._empty)} of {self._images} images have no {self._noun}: {some(self._empty)}")
        return found
