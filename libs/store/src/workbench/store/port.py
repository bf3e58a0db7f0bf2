"""What every object store does here: the port that each adapter fills and one contract suite tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol


class ObjectMissing(KeyError):
    """No object has this key."""


class NoRoom(OSError):
    """The store is full; nothing of the object was kept."""


@dataclass(frozen=True)
class ObjectInfo:
    """What a store knows of an object without reading it. ``modified_at`` is seconds since the epoch."""

    key: str
    size_bytes: int
    modified_at: float


class Store(Protocol):
    """Keys are relative POSIX paths; an object appears whole or not at all."""

    def put(self, key: str, data: bytes) -> None:
        """Store small data. Racing writers of one key leave one whole object. Raises NoRoom."""

    def put_stream(self, key: str, source: BinaryIO) -> tuple[str, int]:
        """Store a stream without holding it in memory; returns its SHA-256 (hex) and size in bytes."""

    def copy(self, source: str, target: str) -> None:
        """Copy inside the store. Raises ObjectMissing."""

    def get(self, key: str) -> bytes:
        """The whole of a small object. Raises ObjectMissing."""

    def read(self, key: str, start: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Stream ``length`` bytes from ``start``. Raises ObjectMissing before the first chunk."""

    def fetch(self, key: str, path: Path) -> str:
        """Copy an object to a local file; returns its SHA-256 (hex). Raises ObjectMissing."""

    def info(self, key: str) -> ObjectInfo:
        """Size and age. Raises ObjectMissing."""

    def exists(self, key: str) -> bool:
        """Whether the key has an object."""

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Objects whose key starts with ``prefix``, in key order."""

    def delete(self, key: str) -> None:
        """Remove the object; a key without one is fine."""
