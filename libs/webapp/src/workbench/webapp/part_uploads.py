"""Uploads of any size: declare the files, PUT their parts in any order, complete. Whatever dies, it goes on.

What is known of an upload lies in the store alone, so any API process takes any request of it.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from flask import Response, current_app, g, jsonify, request
from marshmallow.validate import Length
from workbench.jobs import Job
from workbench.problems.common import InvalidRequest, NotFound
from workbench.store import ObjectMissing, UploadMissing
from workbench.webapp import assembling, upload_state
from workbench.webapp.abandoned import remove_sent
from workbench.webapp.arriving_part import ArrivingPart
from workbench.webapp.documents import Blueprint
from workbench.webapp.kept_part import keep
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import accepted
from workbench.webapp.turns import TURNS
from workbench.webapp.upload_answer import document, links, rfc3339
from workbench.webapp.upload_problems import UploadCompleted, UploadExpired, UploadTooLarge
from workbench.webapp.upload_schemas import ArrivedPart, Completion, FileDeclaration, UploadView
from workbench.webapp.upload_state import Upload
from workbench.webapp.uploads import MAX_PARTS, UploadKind, check_names, submit_uploaded
from workbench.webapp.views import JobView

# A request to this endpoint shows a signed URL instead of a token.
SIGNED_ENDPOINT = "put_part"


def serve_part_uploads(blueprint: Blueprint, kind: UploadKind) -> None:
    """The routes below ``…/uploads``."""
    _serve_declaring(blueprint, kind)
    _serve_parts(blueprint, kind)
    _serve_ending(blueprint, kind)


def _serve_declaring(blueprint: Blueprint, kind: UploadKind) -> None:
    files = ma.fields.List(ma.fields.Nested(FileDeclaration), required=True, validate=Length(1, MAX_PARTS))
    declaration = type(f"{kind.form.__name__}Declaration", (kind.form,), {"files": files, "__doc__": "Files to come."})

    @blueprint.post("/uploads")
    @blueprint.doc(responses={"201": {"description": "Where to send the parts."}})
    @blueprint.arguments(declaration)
    @blueprint.response(201, UploadView)
    def declare(body: dict[str, Any]) -> Response:
        """Declare files; answers with their parts and where to PUT each."""
        identity().require("member")
        files = body.pop("files")
        check_names([file["name"] for file in files])
        size = sum(file["size_bytes"] for file in files)
        _check_size(size)
        upload = _begun(kind, files, body, size)
        answer = document(blueprint, upload, {})
        answer.status_code = 201
        answer.headers["Location"] = f"{blueprint.url_prefix}/uploads/{upload.id}"
        return answer

    @blueprint.get("/uploads/<uuid:upload_id>")
    @blueprint.response(200, UploadView)
    def resume(upload_id: Any) -> Response:
        """What has arrived, and fresh URLs."""
        identity().require("member")  # the URLs are permissions to write
        upload = _open_upload(kind, str(upload_id))
        return document(blueprint, upload, upload_state.arrived(ports().store, upload))


def _serve_parts(blueprint: Blueprint, kind: UploadKind) -> None:
    @blueprint.put("/uploads/<uuid:upload_id>/parts/<signed>", endpoint=SIGNED_ENDPOINT)
    @blueprint.doc(security=[])
    @blueprint.response(200, ArrivedPart)
    def put_part(upload_id: Any, signed: str) -> Response:
        """Send one part. The URL is its own permission; a `Content-MD5` header is checked."""
        store, link = ports().store, links().read(str(upload_id), signed)
        g.turn = TURNS.begin(link.team)
        if not upload_state.is_open(store, link.team, kind.kind, str(upload_id)):
            raise NotFound("upload", str(upload_id))
        part = keep(kind, str(upload_id), link, ArrivingPart(link, request))
        answer = jsonify({"number": part.number, "size_bytes": part.size_bytes, "md5": part.md5})
        answer.headers["ETag"] = f'"{part.md5}"'
        return answer


def _serve_ending(blueprint: Blueprint, kind: UploadKind) -> None:
    @blueprint.post("/uploads/<uuid:upload_id>/complete")
    @blueprint.arguments(Completion)
    @blueprint.response(202, JobView)
    def complete(body: dict[str, Any], upload_id: Any) -> tuple[dict[str, Any], dict[str, str]]:
        """All parts are sent: becomes the job of the same id. Completing again answers with the same job."""
        identity().require("member")
        return accepted(blueprint, _completed(kind, str(upload_id), body["files"]), kind.more)

    @blueprint.delete("/uploads/<uuid:upload_id>")
    @blueprint.response(204)
    def drop(upload_id: Any) -> None:
        """Abandon the upload; what has arrived is removed."""
        identity().require("member")
        team = identity().team
        if _job(kind, str(upload_id)) is not None:
            raise UploadCompleted(str(upload_id))
        upload_state.load(ports().store, team, kind.kind, str(upload_id))
        upload_state.forget(ports().store, team, kind.kind, str(upload_id))
        remove_sent(ports().store, team, str(upload_id))
        ports().room.release(team, str(upload_id))
        ports().room.tell(team)


def _begun(kind: UploadKind, files: list[dict[str, Any]], options: dict[str, Any], size_bytes: int) -> Upload:
    """Declared, and all of it reserved before anything may come. Raises StorageLimit."""
    team, upload_id = identity().team, str(uuid.uuid4())
    ports().room.reserve(team, upload_id, size_bytes)
    try:
        return upload_state.begin(ports().store, team, kind.kind, files, options, upload_id)
    except BaseException:
        ports().room.release(team, upload_id)
        raise


def _check_size(size_bytes: int) -> None:
    limit = current_app.config["MAX_CONTENT_LENGTH"]
    if size_bytes == 0:
        raise InvalidRequest({"files": "every file is empty"})
    if size_bytes > limit:
        raise UploadTooLarge(size_bytes, limit)


def _job(kind: UploadKind, upload_id: str) -> Job | None:
    try:
        return ports().jobs.get(kind.kind, identity().team, upload_id)
    except NotFound:
        return None


def _open_upload(kind: UploadKind, upload_id: str) -> Upload:
    """Raises NotFound, UploadCompleted, UploadExpired."""
    if _job(kind, upload_id) is not None:
        raise UploadCompleted(upload_id)
    upload = upload_state.load(ports().store, identity().team, kind.kind, upload_id)
    with _as_unknown(upload_id):
        check_names([file.name for file in upload.files])
    if upload.expires_at < datetime.now(UTC).timestamp():
        raise UploadExpired(upload_id, rfc3339(upload.expires_at))
    return upload


@contextlib.contextmanager
def _as_unknown(upload_id: str) -> Iterator[None]:
    """What was kept, but is nothing that we keep, is no upload. Raises NotFound."""
    try:
        yield
    except InvalidRequest:
        raise NotFound("upload", upload_id) from None


def _completed(kind: UploadKind, upload_id: str, files: list[dict[str, Any]] | None) -> Job:
    store = ports().store
    for _ in range(3):  # a racing completion takes the parts away under us, then submits
        try:
            upload = _open_upload(kind, upload_id)
            made = assembling.assemble(store, upload, _named(upload, files))
        except (UploadCompleted, UploadMissing, ObjectMissing, NotFound):
            job = _job(kind, upload_id)
            if job is not None:
                return job
            continue
        job = submit_uploaded(kind, upload_id, made, _options(kind, upload))
        upload_state.forget(store, upload.team, kind.kind, upload_id)
        return job
    raise NotFound("upload", upload_id)


def _options(kind: UploadKind, upload: Upload) -> dict[str, Any]:
    """As they were declared; checked again, since the store has kept them meanwhile."""
    given = {name: value for name, value in upload.options.items() if value is not None}
    try:
        loaded: dict[str, Any] = kind.form().load(given)
    except ma.ValidationError as wrong:
        raise InvalidRequest(dict(wrong.messages_dict)) from None
    return loaded


def _named(upload: Upload, files: list[dict[str, Any]] | None) -> assembling.Named | None:
    if files is None:
        return None
    named = {file["name"]: [(part["number"], part["md5"]) for part in file["parts"]] for file in files}
    unknown = sorted(named.keys() - {file.name for file in upload.files})
    if unknown or len(named) != len(files):
        raise InvalidRequest({"files": f"not declared: {', '.join(unknown[:5])}" if unknown else "one is named twice"})
    return named
