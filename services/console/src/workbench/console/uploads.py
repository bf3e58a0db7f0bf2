"""Files from a browser into the API's uploads: declared, sent part by part, completed; each step repeatable.

Where a part goes may be another server (the object store), which a page may not reach: so the browser gets a sealed
address, and the console passes the part on as it arrives.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
from flask import Blueprint, Response, abort, jsonify, request
from workbench.client import Unreachable
from workbench.client.transport import accepted
from workbench.console.reach import Kept, api, reach

uploads = Blueprint("uploads", __name__, url_prefix="/console/uploads")
PIECE = 1 << 20
ANSWER_S = 120.0


@uploads.post("/<any(models, datasets):kind>")
def declare(kind: str) -> Response:
    """Files to come, as JSON ``{name, files: [{name, size_bytes}]}``; answers as ``resume``."""
    return jsonify(_told(api().json("POST", f"/v1/{kind}/uploads", json=request.get_json())))


@uploads.get("/<any(models, datasets):kind>/<uuid:upload_id>")
def resume(kind: str, upload_id: Any) -> Response:
    """What has arrived, and where each part goes."""
    return jsonify(_told(api().json("GET", f"/v1/{kind}/uploads/{upload_id}")))


@uploads.put("/part/<address>")
def pass_on(address: str) -> Response:
    """One part, to where its sealed address says."""
    url = reach().seal.url(address)
    if url is None:
        abort(404, "This part's address has expired; go on with the upload to get a new one.")
    size = request.content_length
    if size is None:
        abort(411)
    accepted(_put(url, size))
    return jsonify({"size_bytes": size})


@uploads.post("/<any(models, datasets):kind>/<uuid:upload_id>/complete")
def complete(kind: str, upload_id: Any) -> Response:
    """All parts are there: the job that examines them."""
    view = api().json("POST", f"/v1/{kind}/uploads/{upload_id}/complete", json={})
    return jsonify({"id": view["id"]})


def _told(upload: dict[str, Any]) -> dict[str, Any]:
    """The API's answer with sealed addresses."""
    files = [
        {"name": file["name"], "size_bytes": file["size_bytes"], "parts": [_part(part) for part in file["parts"]]}
        for file in upload["files"]
    ]
    return {"id": upload["id"], "files": files}


def _part(part: dict[str, Any]) -> dict[str, Any]:
    to = f"/console/uploads/part/{reach().seal.address(part['url'])}"
    return {"offset": part["offset"], "size_bytes": part["size_bytes"], "arrived": part["arrived"], "to": to}


def _put(url: str, size: int) -> httpx.Response:
    headers = {"Content-Length": str(size), "Content-Type": "application/octet-stream"}
    ours = url.startswith("/")
    address = f"http://{request.host}{url}" if ours else url
    try:
        with httpx.Client(transport=Kept(reach().http) if ours else None, timeout=ANSWER_S) as http:
            return http.put(address, content=_arriving(), headers=headers)
    except httpx.HTTPError as error:
        raise Unreachable(f"the part could not be passed on ({error})") from None


def _arriving() -> Iterator[bytes]:
    while piece := request.stream.read(PIECE):
        yield piece
