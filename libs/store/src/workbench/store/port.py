"""What every object store does here: the port that each adapter fills and one contract suite tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

MAX_PARTS = 10_000


class ObjectMissing(KeyError):
    """No object has this key."""


class UploadMissing(KeyError):
    """No upload in parts has this token under this key: completed, abandoned or never begun."""


class PartMismatch(ValueError):
    """The parts named are not those that arrived; the message says which and how. Nothing was assembled."""


class NoRoom(OSError):
    """The store is full; nothing of the object was kept."""


class StoreAway(Exception):
    """The store cannot be reached or is overloaded; worth trying again."""


class StoreRefused(StoreAway):
    """The store does not accept our credentials or lacks our bucket: away for us until an operator acts."""


@dataclass(frozen=True)
class ObjectInfo:
    """What a store knows of an object without reading it. ``modified_at`` is seconds since the epoch."""

    key: str
    size_bytes: int
    modified_at: float


@dataclass(frozen=True)
class Part:
    """One part of an upload that has arrived. ``number`` is 1 to 10,000; ``md5`` is hex."""

    number: int
    size_bytes: int
    md5: str


class OpenUpload(NamedTuple):
    """An upload neither completed nor abandoned. ``started_at`` is seconds since the epoch."""

    key: str
    upload: str
    started_at: float


class Store(Protocol):
    """Keys are relative POSIX paths; an object appears whole or not at all.

    Every method of a store behind a network may raise StoreAway and StoreRefused; a bad key is a ValueError.
    """

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

    def read_url(self, key: str, expires_s: int) -> str | None:
        """A pre-signed URL to GET the object from; None where only the service itself reads."""

    def info(self, key: str) -> ObjectInfo:
        """Size and age. Raises ObjectMissing."""

    def exists(self, key: str) -> bool:
        """Whether the key has an object."""

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Objects whose key starts with ``prefix``, in key order among those of one folder."""

    def delete(self, key: str) -> None:
        """Remove the object; a key without one is fine."""

    def begin_parts(self, key: str) -> str:
        """Begin an upload in parts; returns its token, opaque, at most 1,000 characters."""

    def part_url(self, key: str, upload: str, number: int, size_bytes: int, expires_s: int) -> str | None:
        """A pre-signed URL to PUT one part to; None where the service itself takes parts (put_part)."""

    def put_part(self, key: str, upload: str, number: int, source: BinaryIO) -> Part:
        """Keep one part, streamed; a repeated number replaces the earlier one. Raises UploadMissing, NoRoom."""

    def parts(self, key: str, upload: str) -> Sequence[Part]:
        """The parts that have arrived, by number. Raises UploadMissing.

        Of a number sent twice with different bytes within a second, an S3 server may not tell which came
        last; complete_parts takes either, as it is named.
        """

    def complete_parts(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        """Make the object of exactly these parts, in this order; parts not named are dropped.

        Numbers must ascend; no parts at all make an empty object. Completing again is fine while the
        object is there. Raises PartMismatch, UploadMissing, NoRoom.
        """

    def abort_parts(self, key: str, upload: str) -> None:
        """Forget an upload and its parts; fine when it is gone already."""

    def heaped(self, prefix: str) -> Iterator[tuple[OpenUpload, int]]:
        """Open uploads below ``prefix`` that keep more than one of each part, and how many bytes that is too many."""

    def sweep(self, *, dry_run: bool = False) -> int:
        """Remove what writers that were killed have left where no key leads; how many files or uploads that were.

        Only what nobody has touched for a day: a living writer touches its own far more often.
        """

    def open_uploads(self, prefix: str) -> Iterator[OpenUpload]:
        """Uploads in parts below ``prefix`` that were neither completed nor abandoned."""
