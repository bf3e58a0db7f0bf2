"""Files of a manifest over HTTP: streamed from the store, with Range, and the digest as ETag."""

from __future__ import annotations

from flask import Response, request
from werkzeug.datastructures import ContentRange
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import parse_range_header
from workbench.problems.common import Deleted
from workbench.store import File, Keys, ObjectMissing, Store


def send_file(store: Store, team: str, file: File) -> Response:
    """The whole file, or the one range that was asked for (and still fits If-Range).

    Raises Deleted when the thing was deleted through another resource, and its files have been collected since.
    """
    key = Keys(team).blob(file.sha256)
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
