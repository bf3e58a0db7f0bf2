"""Images in uncompressed tar shards.

Any byte range of a shard can be fetched alone, ``tar tf`` lists it, and the same images in the same order
always make the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import IO

from workbench.shards.index import INDEX_NAME, BadDataset, Item, check_name

_END_OF_TAR = bytes(2 * tarfile.BLOCKSIZE)


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

    def add(self, name: str, data: bytes, *, split: str, width: int, height: int) -> Item:
        """Append one image; raises BadDataset for an unsafe or repeated name or a value no index may hold."""
        self._check(name)
        header = _tar_header(name, len(data))
        padding = bytes(-len(data) % tarfile.BLOCKSIZE)
        shard = self._shard_for(len(header) + len(data) + len(padding), name)
        item = Item.from_json(
            {
                "name": name,
                "shard": self._shard_name(),
                "offset": shard.tell() + len(header),
                "length": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
                "split": split,
                "width": width,
                "height": height,
            }
        )
        shard.write(header + data + padding)
        self._note(item)
        return item

    def refer(self, item: Item) -> None:
        """Append an image that lies in a shard which is there already: only the index is written. A dataset refers or
        adds, not both. Raises BadDataset as ``add`` does.
        """
        self._check(item.name)
        self._note(item)

    def close(self) -> None:
        """Finish the last shard and the index; a second call does nothing."""
        self._close_shard()
        self._index.close()

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _check(self, name: str) -> None:
        check_name(name)
        if name in self._names:
            raise BadDataset(f"{name} is there twice")

    def _note(self, item: Item) -> None:
        self._index.write(json.dumps(asdict(item), ensure_ascii=False) + "\n")
        self._names.add(item.name)

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


def _tar_header(name: str, size: int) -> bytes:
    """A header with nothing of this machine or moment in it."""
    info = tarfile.TarInfo(name)
    info.size = size
    return info.tobuf(tarfile.PAX_FORMAT)
