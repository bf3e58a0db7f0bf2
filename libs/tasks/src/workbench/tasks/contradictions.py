"""One picture that is annotated in two ways: what every task's remarks tell of a dataset. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

K = TypeVar("K")  # what is known of a picture, to be compared

_SHOWN = 5


class Contradictions(Generic[K]):
    """``told``: how one image is named in the warning."""

    def __init__(self, told: Callable[[str, K], str]) -> None:
        self._told = told
        self._first: dict[bytes, tuple[str, K]] = {}
        self._found: list[str] = []

    def add(self, name: str, digest: bytes, known: K) -> bool:
        """``digest``: of the image's file. Whether the very same picture has been annotated otherwise before."""
        first_name, first = self._first.setdefault(digest, (name, known))
        if first == known:
            return False
        self._found.append(f"{self._told(first_name, first)} and {self._told(name, known)}")
        return True

    def warnings(self, what: str) -> list[str]:
        """One, if there are any."""
        return [f"{len(self._found)} {what}: {some(self._found)}"] if self._found else []


def some(names: Sequence[str]) -> str:
    """The first few of many names, for a warning."""
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
