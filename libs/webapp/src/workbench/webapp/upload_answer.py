"""An upload as it is told: its files, their parts, what of them has arrived, and where each may be put."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app
from workbench.webapp.documents import Blueprint
from workbench.webapp.ports import ports
from workbench.webapp.upload_links import LINK_S, Link, Links
from workbench.webapp.upload_state import Arrived, Upload


def links() -> Links:
    """What signs the URLs that parts are put to."""
    signing: Links = current_app.extensions.setdefault("workbench.links", Links(ports().store))
    return signing


def document(blueprint: Blueprint, upload: Upload, there: Arrived) -> Response:
    """As UploadView, written while it is sent: a folder's is tens of megabytes long."""
    url_of = _urls(blueprint.url_prefix or "", upload)

    def written() -> Iterator[str]:
        head = {"id": upload.id, "expires_at": rfc3339(upload.expires_at), "part_size_bytes": upload.part_size_bytes}
        yield json.dumps(head)[:-1] + ', "files": ['
        for number, file in enumerate(upload.files):
            parts = _parts(upload, number, there, url_of)
            view = {"name": file.name, "size_bytes": file.size_bytes, "parts": parts}
            yield (", " if number else "") + json.dumps(view)
        yield "]}"

    return Response(written(), content_type="application/json")


def _parts(upload: Upload, number: int, there: Arrived, url_of: Callable[[Link], str]) -> list[dict[str, Any]]:
    file = upload.files[number]
    found = {part.number: part for part in there.get(number, ())}
    views = []
    for span in file.spans(upload.part_size_bytes):
        part = found.get(span.number)
        right = part is not None and part.size_bytes == span.size_bytes
        link = Link(upload.team, number, file.name, span.number, span.size_bytes, file.token)
        md5 = part.md5 if part and right else None
        views.append({**span._asdict(), "url": url_of(link), "arrived": right, "md5": md5})
    return views


def _urls(prefix: str, upload: Upload) -> Callable[[Link], str]:
    """Where a part goes: the store's own door, or this service's."""
    store, signing = ports().store, links()

    def url_of(link: Link) -> str:
        direct = link.token and store.part_url(upload.key(link.file), link.token, link.number, link.size_bytes, LINK_S)
        return direct or f"{prefix}/uploads/{upload.id}/parts/{signing.sign(upload.id, link)}"

    return url_of


def rfc3339(seconds: float) -> str:
    """A moment, in UTC."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
