"""One part that has come to us rather than to the store's own door: kept, twice at most, and counted."""

from __future__ import annotations

import tempfile

from flask import current_app
from workbench.problems.common import NotFound
from workbench.store import Part, Store
from workbench.webapp import upload_state
from workbench.webapp.arriving_part import ArrivingPart
from workbench.webapp.ports import ports
from workbench.webapp.room import StorageLimit
from workbench.webapp.spool import full, spool_folder
from workbench.webapp.upload_links import Link
from workbench.webapp.uploads import UploadKind

_IN_MEMORY = 1 << 18


def keep(kind: UploadKind, upload_id: str, link: Link, body: ArrivingPart) -> Part:
    """One part, wherever it goes. Raises PartRefused, StorageLimit, StorageFull, NotFound, UploadMissing."""
    store = ports().store
    if link.token:
        key = upload_state.joined_key(link.team, upload_id, link.file)
        return store.put_part(key, link.token, link.number, body)  # type: ignore[arg-type]
    folder = str(spool_folder(current_app.config["WORKBENCH_HOME"]))
    with tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=folder) as whole:  # its key has the digest, known at the end
        try:
            while chunk := body.read(_IN_MEMORY):
                whole.write(chunk)
            whole.seek(0)
        except OSError as error:
            raise full(error) from error
        key = upload_state.whole_key(link.team, upload_id, link.file, body.md5)
        store.put_stream(key, whole)  # type: ignore[arg-type]
    if not upload_state.is_open(store, link.team, kind.kind, upload_id):
        store.delete(key)
        raise NotFound("upload", upload_id)  # abandoned while it came in: nobody would ever drop it
    _keep_two(store, upload_id, link, key)
    return Part(link.number, link.size_bytes, body.md5)


def _keep_two(store: Store, upload_id: str, link: Link, newest: str) -> None:
    """Of a file that is sent again and again with other bytes two candidates stay, and the second counts, too.

    Two, since a client that lost its answer may send the file again, changed, while an earlier attempt still arrives.
    """
    there = sorted(upload_state.candidates(store, link.team, upload_id, link.file), key=lambda info: info.modified_at)
    earlier = [info.key for info in there if info.key != newest]
    for key in earlier[:-1]:
        store.delete(key)
    if not earlier:
        return
    try:
        ports().room.reserve_second(link.team, upload_id, str(link.file), link.size_bytes)
    except StorageLimit:
        store.delete(newest)
        raise
