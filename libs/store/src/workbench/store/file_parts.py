"""Uploads in parts on a directory: a file per part below a hidden folder, joined when the upload completes.

A part's file ends with the 16 bytes of its MD5, so that part and digest appear together in one rename.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from workbench.store.drafts import Drafts, forget, refusing_when_full
from workbench.store.keys import checked
from workbench.store.port import MAX_PARTS, ObjectInfo, ObjectMissing, OpenUpload, Part, PartMismatch, UploadMissing

CHUNK = 1 << 20
_PARTS = ".parts"
_ABOUT = "upload.json"
_MD5_BYTES = 16


class FileParts:
    """The part-wise half of FileStore."""

    def __init__(self, root: Path, drafts: Drafts) -> None:
        self._uploads = root / _PARTS
        self._uploads.mkdir(parents=True, exist_ok=True)
        self._drafts = drafts

    def begin_parts(self, key: str) -> str:
        """See Store.begin_parts."""
        upload = secrets.token_hex(16)
        about = json.dumps({"key": checked(key), "started_at": time.time()}).encode()
        with self._drafts.becoming(self._uploads / upload / _ABOUT) as draft:
            draft.write(about)
        return upload

    def part_url(self, key: str, upload: str, number: int, size_bytes: int, expires_s: int) -> str | None:  # noqa: ARG002
        """See Store.part_url: always None, a directory has no door of its own."""
        return None

    def put_part(self, key: str, upload: str, number: int, source: BinaryIO) -> Part:
        """See Store.put_part."""
        folder = self._folder(key, upload)
        md5, size = hashlib.md5(usedforsecurity=False), 0
        try:
            with self._drafts.becoming(folder / _name(number), make_folders=False) as draft:
                while chunk := source.read(CHUNK):
                    md5.update(chunk)
                    size += len(chunk)
                    draft.write(chunk)
                draft.write(md5.digest())
        except FileNotFoundError:  # abandoned meanwhile
            raise UploadMissing(upload) from None
        return Part(number, size, md5.hexdigest())

    def parts(self, key: str, upload: str) -> list[Part]:
        """See Store.parts."""
        folder = self._folder(key, upload)
        try:
            return [_part(path) for path in sorted(folder.glob("[0-9]*"))]
        except FileNotFoundError:
            raise UploadMissing(upload) from None

    def complete_parts(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        """See Store.complete_parts."""
        try:
            arrived = self.parts(key, upload)
        except UploadMissing:
            return self._completed_before(key, upload, parts)
        check_parts(parts, arrived)
        folder = self._uploads / upload
        try:
            with self._drafts.becoming(self._path(key)) as draft:
                for part in parts:
                    _append(folder / _name(part.number), part, draft)
        except FileNotFoundError:  # a racing completion was first
            return self._completed_before(key, upload, parts)
        return self.abort_parts(key, upload)

    def abort_parts(self, key: str, upload: str) -> None:
        """See Store.abort_parts."""
        with contextlib.suppress(UploadMissing):
            folder = self._folder(key, upload)
            grave = Path(tempfile.mkdtemp(dir=self._drafts.folder))
            with contextlib.suppress(FileNotFoundError):  # somebody else abandons it too
                folder.rename(grave)  # first out of sight as a whole: never an upload that lost some parts
            shutil.rmtree(grave, ignore_errors=True)

    def open_uploads(self, prefix: str) -> Iterator[OpenUpload]:
        """See Store.open_uploads."""
        for folder in sorted(self._uploads.iterdir()):
            try:
                about = json.loads((folder / _ABOUT).read_bytes())
            except FileNotFoundError:  # just abandoned, or its beginner was killed half-way
                continue
            if about["key"].startswith(prefix):
                yield OpenUpload(about["key"], folder.name, about["started_at"])

    def heaped(self, _prefix: str) -> Iterator[tuple[OpenUpload, int]]:
        """See Store.heaped: a part that comes again takes the place of the earlier."""
        return iter(())

    def sweep(self, *, dry_run: bool = False) -> int:
        """See Store.sweep: drafts, and uploads whose beginner was killed before they had a key."""
        begun = [folder for folder in self._uploads.iterdir() if not (folder / _ABOUT).exists()]
        return self._drafts.sweep(dry_run=dry_run) + sum(forget(folder, dry_run=dry_run) for folder in begun)

    def info(self, key: str) -> ObjectInfo:
        """See Store.info."""
        raise NotImplementedError

    def _path(self, key: str) -> Path:
        raise NotImplementedError

    def _folder(self, key: str, upload: str) -> Path:
        folder = self._uploads / upload
        if not re.fullmatch(r"[0-9a-f]{32}", upload):
            raise UploadMissing(upload)
        try:
            about = json.loads((folder / _ABOUT).read_bytes())
        except FileNotFoundError:
            raise UploadMissing(upload) from None
        if about["key"] != checked(key):
            raise UploadMissing(upload)
        return folder

    def _completed_before(self, key: str, upload: str, parts: Sequence[Part]) -> None:
        try:
            check_size(parts, self.info(key).size_bytes)
        except ObjectMissing:
            raise UploadMissing(upload) from None


def check_parts(named: Sequence[Part], arrived: Sequence[Part]) -> None:
    """Whether every part named is one that arrived, and their numbers ascend. Raises PartMismatch."""
    numbers = [part.number for part in named]
    if numbers != sorted(set(numbers)):
        raise PartMismatch("part numbers must ascend, each once")
    known = set(arrived)
    for part in named:
        if part in known:
            continue
        found = [other for other in arrived if other.number == part.number]
        if not found:
            raise PartMismatch(f"part {part.number} has not arrived")
        was = found[-1]
        raise PartMismatch(
            f"part {part.number} arrived with {was.size_bytes} bytes and MD5 {was.md5}, "
            f"not with {part.size_bytes} and {part.md5}"
        )


def check_size(named: Sequence[Part], size_bytes: int) -> None:
    """Whether the object that is there can be what these parts made. Raises PartMismatch."""
    wanted = sum(part.size_bytes for part in named)
    if wanted != size_bytes:
        raise PartMismatch(f"the object is complete with {size_bytes} bytes, not {wanted}")


def check_number(number: int) -> int:
    """The number itself. Raises PartMismatch outside 1 to 10,000."""
    if not 1 <= number <= MAX_PARTS:
        raise PartMismatch(f"part numbers are 1 to {MAX_PARTS}, not {number}")
    return number


def _name(number: int) -> str:
    return f"{check_number(number):05d}"


def _part(path: Path) -> Part:
    with path.open("rb") as file:
        size = file.seek(-_MD5_BYTES, 2)
        return Part(int(path.name), size, file.read().hex())


def _append(path: Path, part: Part, target: BinaryIO) -> None:
    """Copy a part's bytes; what the disk gives back is hashed again, so a rotten part is never assembled."""
    md5, left = hashlib.md5(usedforsecurity=False), part.size_bytes
    with refusing_when_full(), path.open("rb") as file:
        while left and (chunk := file.read(min(CHUNK, left))):
            md5.update(chunk)
            target.write(chunk)
            left -= len(chunk)
    if left or md5.hexdigest() != part.md5:
        raise PartMismatch(f"part {part.number} is no longer what arrived; send it again")
