"""An upload in parts as the store keeps it: what was declared in one object, what has arrived elsewhere.

No name that a client chose is part of a key: files are numbered as they were declared. Whose an upload is, and what
its id is, the request says and its token; of what is read back only what was declared is believed.

A small file is put whole, under a name that says its MD5: declaring thousands of images costs one write, finding
what has arrived one list. A larger one is an upload in parts of the store.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, NamedTuple

from workbench.problems.common import NotFound
from workbench.store import Keys, ObjectInfo, ObjectMissing, Part, Store, UploadMissing

MIB = 1 << 20
PART_SIZES = (8 * MIB, 16 * MIB, 32 * MIB, 64 * MIB)
COMFORTABLE_PARTS = 1_000
MAX_FILE_BYTES = PART_SIZES[-1] * 10_000
LIFETIME_S = 7 * 24 * 3600
# Where releases before this one kept what was declared: an upload that they began goes on.
BEFORE = ".upload.json"
BESIDE = 256  # small files in one folder: all of it is read when one of them is looked for
Arrived = Mapping[int, Sequence[Part]]


class Span(NamedTuple):
    """The bytes of a file that one part carries."""

    number: int
    offset: int
    size_bytes: int


@dataclass(frozen=True)
class DeclaredFile:
    """``token`` is the store's for an upload in parts; "" for a file that is put whole."""

    name: str
    size_bytes: int
    sha256: str | None
    token: str

    def spans(self, part_size_bytes: int) -> list[Span]:
        """Its parts in order; an empty file has none."""
        starts = range(0, self.size_bytes, part_size_bytes)
        return [
            Span(number, start, min(part_size_bytes, self.size_bytes - start)) for number, start in enumerate(starts, 1)
        ]


@dataclass(frozen=True)
class Upload:
    """What was declared. Times are seconds since the epoch; ``options`` go to the job beside the files."""

    team: str
    kind: str
    id: str
    created_at: float
    part_size_bytes: int
    options: dict[str, Any]
    files: tuple[DeclaredFile, ...]

    @property
    def expires_at(self) -> float:
        """When it can no longer be completed."""
        return self.created_at + LIFETIME_S

    def key(self, number: int) -> str:
        """Where a file in parts is assembled."""
        return joined_key(self.team, self.id, number)


def joined_key(team: str, upload_id: str, number: int) -> str:
    """Where a file in parts is assembled, by its number in the declaration."""
    return Keys(team).upload(upload_id, f"joined/{number}")


def whole_key(team: str, upload_id: str, number: int, md5: str) -> str:
    """Where a small file lies; two that claim to be it both stay until one is named by its MD5."""
    return Keys(team).upload(upload_id, f"whole/{number // BESIDE}/{number}.{md5}")


def candidates(store: Store, team: str, upload_id: str, number: int) -> list[ObjectInfo]:
    """What claims to be this small file."""
    return list(store.list(whole_key(team, upload_id, number, "")))


def begin(
    store: Store, team: str, kind: str, files: Sequence[Mapping[str, Any]], options: dict[str, Any], upload_id: str
) -> Upload:
    """Declare files ({name, size_bytes, sha256}) for a job of this kind, and keep that."""
    part_size = _part_size(max(file["size_bytes"] for file in files))
    declared = tuple(
        DeclaredFile(
            file["name"],
            file["size_bytes"],
            file["sha256"],
            store.begin_parts(joined_key(team, upload_id, number)) if file["size_bytes"] > PART_SIZES[0] else "",
        )
        for number, file in enumerate(files)
    )
    upload = Upload(team, kind, upload_id, time.time(), part_size, options, declared)
    document = asdict(upload)
    for whose in ("team", "kind", "id"):  # the key says that, and nothing else may
        del document[whose]
    store.put(Keys(team).declared(kind, upload_id), json.dumps(document).encode())
    return upload


def _part_size(largest: int) -> int:
    return next((size for size in PART_SIZES if largest <= size * COMFORTABLE_PARTS), PART_SIZES[-1])


def load(store: Store, team: str, kind: str, upload_id: str) -> Upload:
    """Raises NotFound, also for another team's upload, or one that another kind of job was declared for."""
    try:
        return _upload(json.loads(_kept(store, team, kind, upload_id)), team, kind, upload_id)
    except (ValueError, TypeError, KeyError, RecursionError):
        raise NotFound("upload", upload_id) from None


def _upload(document: Any, team: str, kind: str, upload_id: str) -> Upload:
    """What was kept, as far as it is what we keep. Raises ValueError, TypeError or KeyError."""
    known = [field.name for field in fields(DeclaredFile)]
    files = tuple(DeclaredFile(**{name: file[name] for name in known}) for file in document["files"])
    created_at, part_size, options = (document[name] for name in ("created_at", "part_size_bytes", "options"))
    if not files or part_size not in PART_SIZES or not isinstance(options, dict):
        raise ValueError("not what is declared of an upload")
    if not all(map(_is_declared, files)) or not 0 <= float(created_at) <= time.time() + LIFETIME_S:
        raise ValueError("not what is declared of an upload")
    return Upload(team, kind, upload_id, float(created_at), part_size, options, files)


def _is_declared(file: DeclaredFile) -> bool:
    """``name`` is checked by whoever answers with it."""
    return (
        isinstance(file.name, str)
        and isinstance(file.token, str)
        and type(file.size_bytes) is int
        and 0 <= file.size_bytes <= MAX_FILE_BYTES
        and (file.sha256 is None or isinstance(file.sha256, str))
    )


def forget(store: Store, team: str, kind: str, upload_id: str) -> None:
    """It is declared no more: it has become a job, or is abandoned."""
    store.delete(Keys(team).declared(kind, upload_id))
    store.delete(Keys(team).upload(upload_id, BEFORE))


def is_open(store: Store, team: str, kind: str, upload_id: str) -> bool:
    """Whether it is declared, and no job yet."""
    return any(map(store.exists, _places(team, kind, upload_id)))


def _kept(store: Store, team: str, kind: str, upload_id: str) -> bytes:
    for place in _places(team, kind, upload_id):
        with contextlib.suppress(ObjectMissing):
            return store.get(place)
    raise NotFound("upload", upload_id)


def _places(team: str, kind: str, upload_id: str) -> tuple[str, str]:
    return Keys(team).declared(kind, upload_id), Keys(team).upload(upload_id, BEFORE)


def arrived(store: Store, upload: Upload) -> Arrived:
    """The parts that are there by the file's place in the declaration; of a small file, the newest last.

    Raises NotFound for an upload that has been completed or dropped meanwhile.
    """
    found: dict[int, list[Part]] = {}
    prefix = Keys(upload.team).upload(upload.id, "whole/")
    for info in sorted(store.list(prefix), key=lambda info: info.modified_at):
        place, _, md5 = info.key.rpartition("/")[2].partition(".")
        # An earlier release put it elsewhere: it is sent again.
        if place.isdecimal() and info.key == whole_key(upload.team, upload.id, int(place), md5):
            found.setdefault(int(place), []).append(Part(1, info.size_bytes, md5))
    for number, file in enumerate(upload.files):
        if file.token:
            try:
                found[number] = list(store.parts(upload.key(number), file.token))
            except UploadMissing:  # assembled by an attempt to complete that did not reach its end
                if not store.exists(upload.key(number)):
                    raise NotFound("upload", upload.id) from None
    return found
