"""Small uploads as multipart/form-data: each part goes to disk while it arrives, then to staging in the store."""

from __future__ import annotations

import errno
import os
import tempfile
import uuid
from pathlib import Path, PurePosixPath
from typing import IO, Any, BinaryIO

from flask import Request, request
from werkzeug.datastructures import FileStorage
from workbench.problems.common import InvalidRequest, StorageFull
from workbench.store import Keys, Store

MAX_PARTS = 100_000


class ArrivingFile:
    """One part on its way to disk. Holds no descriptor once it has arrived: a folder has many files."""

    def __init__(self) -> None:
        descriptor, name = tempfile.mkstemp(prefix="workbench-upload-")
        self._path = Path(name)
        self._file: IO[bytes] | None = os.fdopen(descriptor, "wb")

    def write(self, data: bytes) -> int:
        """Raises StorageFull."""
        assert self._file is not None, "written after it had arrived"
        try:
            return self._file.write(data)
        except OSError as error:
            raise _full(error) from error

    def seek(self, _position: int, _whence: int = 0) -> int:
        """Werkzeug rewinds a part when it is complete."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                raise _full(error) from error
            finally:
                self._file = None
        return 0

    def reopen(self) -> BinaryIO:
        """For reading, from the start."""
        return self._path.open("rb")

    def close(self) -> None:
        """Forget the bytes."""
        self.seek(0)
        self._path.unlink(missing_ok=True)

    def __del__(self) -> None:
        self.close()


def _full(error: OSError) -> Exception:
    return StorageFull("the upload") if error.errno in (errno.ENOSPC, errno.EDQUOT) else error


class StreamingRequest(Request):
    """A request whose file parts never live in memory."""

    max_form_parts = MAX_PARTS

    def _get_file_stream(self, *_sizes: Any, **_more: Any) -> Any:
        return ArrivingFile()


def stage_upload(store: Store, team: str) -> tuple[str, list[dict[str, Any]]]:
    """Put every part named ``files`` into staging, under the id of the job that will read it.

    Returns that id and {name, key, sha256, size_bytes} of each file, sorted by name.
    Raises InvalidRequest for no files, two of one name, or a name that is not a plain relative path.
    """
    parts = request.files.getlist("files")
    unknown = sorted(set(request.files) - {"files"})
    if unknown:
        raise InvalidRequest(dict.fromkeys(unknown, "unknown file field; send every file as `files`"))
    names = [_safe_name(part.filename or "") for part in parts]
    if not names:
        raise InvalidRequest({"files": "at least one file is needed, as multipart/form-data parts named `files`"})
    if len(set(names)) != len(names):
        twice = sorted({name for name in names if names.count(name) > 1})
        raise InvalidRequest({"files": f"two files have the same name: {', '.join(twice[:5])}"})
    job_id = str(uuid.uuid4())
    try:
        staged = [_stage(store, team, job_id, name, part) for name, part in zip(names, parts, strict=True)]
    except BaseException:
        discard_upload(store, team, job_id)
        raise
    return job_id, sorted(staged, key=lambda file: str(file["name"]))


def discard_upload(store: Store, team: str, job_id: str) -> None:
    """Remove what was staged."""
    for info in store.list(Keys(team).upload(job_id)):
        store.delete(info.key)


def _stage(store: Store, team: str, job_id: str, name: str, part: FileStorage) -> dict[str, Any]:
    key = Keys(team).upload(job_id, name)
    arriving = part.stream
    assert isinstance(arriving, ArrivingFile)
    with arriving.reopen() as source:
        digest, size = store.put_stream(key, source)
    arriving.close()
    return {"name": name, "key": key, "sha256": digest, "size_bytes": size}


def _safe_name(name: str) -> str:
    path = PurePosixPath(name)
    plain = name and not path.is_absolute() and "\\" not in name and name.isprintable()
    if not plain or any(part in ("..", ".") for part in name.split("/")) or "//" in name or len(name) > 1000:
        raise InvalidRequest({"files": f"{name!r} is not a plain relative path"})
    if any(len(part.encode()) > 255 for part in path.parts):
        raise InvalidRequest({"files": f"a part of the path {name[:80]!r}… is longer than 255 bytes"})
    return str(path)
