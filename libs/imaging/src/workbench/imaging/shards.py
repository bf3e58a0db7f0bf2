"""The canonical dataset: images in uncompressed tar shards, and an index that says where each one lies.

Any byte range of a shard can be fetched alone, ``tar tf`` lists it, and the same images in the same order
always make the same bytes. An index is as untrusted as an upload: what it says is checked, then believed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Any

SPLITS = ("calibration", "evaluation")
INDEX_NAME = "index.jsonl"

_SHARD_NAME = re.compile(r"shards/[0-9]{5}\.tar")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_END_OF_TAR = bytes(2 * tarfile.BLOCKSIZE)


class BadDataset(ValueError):
    """The index or a shard is not what the canonical form promises; the message names line, item or file."""


@dataclass(frozen=True)
class Item:
    """One image of a dataset: a line of the index. ``offset`` and ``length`` are bytes in the shard."""

    name: str
    shard: str
    offset: int
    length: int
    sha256: str
    split: str
    label: int | None
    width: int
    height: int

    @classmethod
    def from_json(cls, document: object) -> Item:
        """The item a parsed index line holds; raises BadDataset naming the field at fault."""
        expected = {field.name for field in fields(cls)}
        if not isinstance(document, dict) or set(document) != expected:
            raise BadDataset(f"must be a JSON object with exactly the fields {', '.join(sorted(expected))}")
        wrong = [name for name, is_right in _FIELD_RULES.items() if not is_right(document[name])]
        if wrong:
            raise BadDataset(f"field {wrong[0]} can't be {str(document[wrong[0]])[:80]!r}")
        return cls(**document)


def split_of(sha256: str, calibration_percent: int = 30) -> str:
    """Which part an image belongs to; by digest, so that the same picture is never on both sides."""
    return "calibration" if int(sha256[:8], 16) % 100 < calibration_percent else "evaluation"


class ShardWriter:
    """Writes a dataset into a folder, image by image; the index is complete after ``close``."""

    def __init__(self, folder: Path, max_bytes: int = 256 * 2**20) -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._names: set[str] = set()
        self._shard: IO[bytes] | None = None
        self._shard_count = 0
        (folder / "shards").mkdir(parents=True, exist_ok=True)
        self._index = (folder / INDEX_NAME).open("w", encoding="utf-8")

    def add(self, name: str, data: bytes, *, label: int | None, split: str, width: int, height: int) -> Item:
        """Append one image; raises BadDataset for an unsafe or repeated name or a value no index may hold."""
        _check_name(name, self._names)
        header = _tar_header(name, len(data))
        padding = bytes(-len(data) % tarfile.BLOCKSIZE)
        shard = self._shard_for(len(header) + len(data) + len(padding), name)
        item = Item.from_json({
            "name": name, "shard": self._shard_name(),
            "offset": shard.tell() + len(header), "length": len(data),
            "sha256": hashlib.sha256(data).hexdigest(), "split": split, "label": label,
            "width": width, "height": height,
        })
        shard.write(header + data + padding)
        self._index.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
        self._names.add(name)
        return item

    def close(self) -> None:
        """Finish the last shard and the index; a second call does nothing."""
        self._close_shard()
        self._index.close()

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _shard_name(self) -> str:
        return f"shards/{self._shard_count - 1:05d}.tar"

    def _shard_for(self, size: int, name: str) -> IO[bytes]:
        """The shard that still has room for ``size`` bytes and its end mark."""
        room = self._max_bytes - len(_END_OF_TAR)
        if size > room:
            raise BadDataset(f"{name} takes {size} bytes; a shard holds at most {room}")
        if self._shard is not None and self._shard.tell() + size > room:
            self._close_shard()
        if self._shard is None:
            self._shard_count += 1
            self._shard = (self._folder / self._shard_name()).open("wb")
        return self._shard

    def _close_shard(self) -> None:
        if self._shard is not None:
            self._shard.write(_END_OF_TAR)
            self._shard.close()
            self._shard = None


def read_index(folder: Path) -> list[Item]:
    """Every item, in index order; raises BadDataset naming the line that is wrong."""
    items = []
    try:
        with (folder / INDEX_NAME).open("rb") as lines:
            for number, line in enumerate(lines, 1):
                items.append(_parse(line, number))
    except FileNotFoundError:
        raise BadDataset(f"the dataset has no {INDEX_NAME}") from None
    return items


def read_bytes(folder: Path, item: Item) -> bytes:
    """The image file's bytes; raises BadDataset when the shard is missing, short or has other bytes."""
    try:
        with (folder / item.shard).open("rb") as shard:
            # Before reading: a hostile length must not become an allocation.
            if item.offset + item.length > os.fstat(shard.fileno()).st_size:
                raise BadDataset(f"{item.name}: bytes {item.offset}+{item.length} lie outside {item.shard}")
            shard.seek(item.offset)
            data = shard.read(item.length)
    except FileNotFoundError:
        raise BadDataset(f"{item.name}: {item.shard} is missing") from None
    if hashlib.sha256(data).hexdigest() != item.sha256:
        raise BadDataset(f"{item.name}: the bytes in {item.shard} do not have the digest {item.sha256}")
    return data


def _parse(line: bytes, number: int) -> Item:
    try:
        return Item.from_json(json.loads(line))
    except BadDataset as wrong:
        raise BadDataset(f"{INDEX_NAME} line {number}: {wrong}") from None
    except (ValueError, RecursionError):
        raise BadDataset(f"{INDEX_NAME} line {number}: not JSON") from None


def _tar_header(name: str, size: int) -> bytes:
    """A header with nothing of this machine or moment in it."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.PAX_FORMAT)


def _check_name(name: str, taken: set[str]) -> None:
    if not _is_safe_name(name):
        raise BadDataset(f"{name!r} can't name an image: it must be a plain relative path without '..'")
    if name in taken:
        raise BadDataset(f"{name} is there twice")


def _is_safe_name(name: object) -> bool:
    if not isinstance(name, str) or not name.isprintable() or "\\" in name:
        return False
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and str(path) == name and name != "."


def _is_whole(value: object, low: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= low


_FIELD_RULES: dict[str, Any] = {
    "name": _is_safe_name,
    "shard": lambda value: isinstance(value, str) and _SHARD_NAME.fullmatch(value),
    "offset": lambda value: _is_whole(value, 0),
    "length": lambda value: _is_whole(value, 1),
    "sha256": lambda value: isinstance(value, str) and _SHA256.fullmatch(value),
    "split": lambda value: value in SPLITS,
    "label": lambda value: value is None or _is_whole(value, 0),
    "width": lambda value: _is_whole(value, 1),
    "height": lambda value: _is_whole(value, 1),
}
