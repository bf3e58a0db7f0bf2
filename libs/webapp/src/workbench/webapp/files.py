"""Files of a manifest over HTTP: streamed from the store, with Range, and the digest as ETag."""

from __future__ import annotations

from typing import cast

import marshmallow as ma
from flask import Response, redirect, request
from werkzeug.datastructures import ContentRange
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_range_header
from workbench.problems.common import Deleted
from workbench.store import File, Keys, ObjectMissing, Store

LINKED_BYTES = 8 << 20  # smaller ones are here before a second connection is
LINK_S = 3600


class FileQuery(ma.Schema):
    """How a file comes."""

    link = ma.fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether the answer may be a 307 to the object store, for files of 8 MiB and more, with a "
            "link "
            "that is its own permission for an hour; send no token there."
        },
    )


def send_file(store: Store, team: str, file: File, *, link: bool = False) -> Response:
    """The whole file, or the one range that was asked for (and still fits If-Range); or, with ``link``, where it is;
    nothing where If-None-Match says that it is there.

    Raises Deleted when the thing was deleted through another resource, and its files have been collected since.
    """
    if request.if_none_match.contains_weak(file.sha256):
        return Response(status=304, headers={"ETag": f'"{file.sha256}"'})
    key = Keys(team).blob(file.sha256)
    if link and request.method == "GET" and file.size_bytes >= LINKED_BYTES:
        url = store.read_url(key, LINK_S)
        if url is not None:
            if not store.exists(key):
                raise Deleted("file", file.name)
            return cast(Response, redirect(url, 307))
    start, end = _asked(file)
    partial = (start, end) != (0, file.size_bytes)
    try:
        chunks = store.read(key, start, end - start)
    except ObjectMissing:
        raise Deleted("file", file.name) from None
    response = Response(
        chunks,
        206 if partial else 200,
        content_type="application/octet-stream",
    )
    response.headers["Content-Length"] = str(end - start)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = f'"{file.sha256}"'
    # The names are the team's own, but a browser must never run what a team uploaded.
    response.headers["Content-Disposition"] = "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    if partial:
        response.content_range = ContentRange("bytes", start, end, file.size_bytes)
    return response


def _asked(file: File) -> tuple[int, int]:
    """First byte and the one after the last."""
    whole = (0, file.size_bytes)
    if_range = request.headers.get("If-Range")
    if "Range" not in request.headers or (if_range and if_range.strip('"') != file.sha256):
        return whole
    asked = parse_range_header(request.headers["Range"])
    if asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return whole
    span = asked.range_for_length(file.size_bytes)
    if span is None:
        raise RequestedRangeNotSatisfiable(file.size_bytes)
    return span
