"""Small uploads as multipart/form-data: each part goes to disk while it arrives, then to staging in the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import marshmallow as ma
from flask import Request, current_app, g, request
from werkzeug.datastructures import FileStorage
from workbench.jobs import Job
from workbench.problems.common import InvalidRequest
from workbench.store import Keys, Store
from workbench.webapp.arriving_form import ArrivingFile, ArrivingForm
from workbench.webapp.documents import Blueprint
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import accepted, nothing_more
from workbench.webapp.views import JobView

MAX_PARTS = 100_000
MAX_JSON_BYTES = 32 << 20


class StreamingRequest(Request):
    """A request whose file parts never live in memory."""

    max_form_parts = MAX_PARTS

    @property  # type: ignore[misc]  # nobody sets it here
    def max_content_length(self) -> int | None:  # type: ignore[override]
        """JSON lives in memory, so it may not be as long as an upload."""
        limit = super().max_content_length
        return min(limit, MAX_JSON_BYTES) if limit is not None and self.is_json else limit

    def _get_file_stream(self, *_sizes: Any, **_more: Any) -> Any:
        if "form" not in g:
            home = current_app.config["WORKBENCH_HOME"]
            g.form = ArrivingForm(ports().room, identity().team, home, self.content_length)
        return g.form.file()


@dataclass(frozen=True)
class UploadKind:
    """A kind of job that begins with files.

    form: what is said beside them; name_of: what people may call the thing, from the names of its files; more: members
    that the view of its job has beside JobView's.
    """

    kind: str
    form: type[ma.Schema]
    name_of: Callable[[Sequence[str]], str]
    more: Callable[[Job], dict[str, Any]] = nothing_more


def serve_form_upload(blueprint: Blueprint, kind: UploadKind) -> None:
    """POST multipart/form-data."""

    @blueprint.post("")
    @blueprint.arguments(kind.form, location="form")
    @blueprint.response(202, JobView)
    def upload(form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Import small files: parts named `files` hold them, with their relative paths as filenames."""
        identity().require("member")
        job_id, files = stage_upload(ports().store, identity().team)
        return accepted(blueprint, submit_uploaded(kind, job_id, files, form), kind.more)


def submit_uploaded(kind: UploadKind, job_id: str, files: list[dict[str, Any]], options: dict[str, Any]) -> Job:
    """The job that reads these staged files. They are dropped when it is refused or is another's repeat."""
    name = options.get("name") or kind.name_of([str(file["name"]) for file in files])
    try:
        job = ports().submit(kind.kind, {**options, "files": files, "name": name[:200]}, job_id=job_id)
    except BaseException:
        discard_upload(ports().store, identity().team, job_id)
        ports().room.release(identity().team, job_id)
        raise
    if job.id != job_id:  # an Idempotency-Key that we have seen: this copy of the bytes is not needed
        discard_upload(ports().store, identity().team, job_id)
        ports().room.release(identity().team, job_id)
    return job


def stage_upload(store: Store, team: str) -> tuple[str, list[dict[str, Any]]]:
    """Put every part named ``files`` into staging, under the id of the job that will read it.

    Returns that id and {name, key, sha256, size_bytes} of each file, sorted by name.
    Raises InvalidRequest for no files, or names as in check_names.
    """
    parts = request.files.getlist("files")
    unknown = sorted(set(request.files) - {"files"})
    if unknown:
        raise InvalidRequest(dict.fromkeys(unknown, "unknown file field; send every file as `files`"))
    names = [part.filename or "" for part in parts]
    if not names:
        raise InvalidRequest({"files": "at least one file is needed, as multipart/form-data parts named `files`"})
    check_names(names)
    form: ArrivingForm = g.form
    job_id = form.id
    try:
        staged = [_stage(store, team, job_id, number, part) for number, part in enumerate(parts)]
    except BaseException:
        discard_upload(store, team, job_id)
        raise
    form.keep()
    return job_id, sorted(staged, key=lambda file: str(file["name"]))


def discard_upload(store: Store, team: str, job_id: str) -> None:
    """Remove what was staged."""
    for info in store.list(Keys(team).upload(job_id)):
        store.delete(info.key)


def _stage(store: Store, team: str, job_id: str, number: int, part: FileStorage) -> dict[str, Any]:
    """By its number: a name that a client chose is no part of a key."""
    key = Keys(team).upload(job_id, f"form/{number}")
    arriving = part.stream
    assert isinstance(arriving, ArrivingFile)
    with arriving.reopen() as source:
        digest, size = store.put_stream(key, source)  # type: ignore[arg-type]
    return {"name": part.filename or "", "key": key, "sha256": digest, "size_bytes": size}


def check_names(names: Sequence[str]) -> None:
    """Raises InvalidRequest for a name that is not a plain relative path, is there twice, or is another's folder."""
    for name in names:
        _check_name(name)
    known = set(names)
    if len(known) != len(names):
        seen: set[str] = set()
        twice = sorted({name for name in names if name in seen or seen.add(name)})  # type: ignore[func-returns-value]
        raise InvalidRequest({"files": f"two files have the same name: {', '.join(twice[:5])}"})
    for name in names:
        for folder in PurePosixPath(name).parents:
            if str(folder) in known:
                raise InvalidRequest({"files": f"{str(folder)!r} is a file and the folder of {name!r}"})


def _check_name(name: str) -> None:
    path = PurePosixPath(name)
    plain = name and not path.is_absolute() and "\\" not in name and name.isprintable()
    if not plain or any(part in ("", "..", ".") for part in name.split("/")) or len(name) > 1000:
        raise InvalidRequest({"files": f"{name!r} is not a plain relative path"})
    if any(len(part.encode()) > 255 for part in path.parts):
        raise InvalidRequest({"files": f"a part of the path {name[:80]!r}… is longer than 255 bytes"})
