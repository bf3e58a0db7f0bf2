"""What has changed of what a tab shows: one stream of server-sent events for a tab, whatever it shows.

A stream is a look: it says which pieces of the page are others than at the last one, says when to look again, and ends.
The browser comes back by itself (``retry``), with what it has seen in ``Last-Event-ID``. So a tab holds no thread and
no connection, any replica answers, and nothing in between that collects an answer holds news back. A look takes at
most a fortieth of a core: what is measured on this machine must not notice who watches.
"""

from __future__ import annotations

import hashlib
import json
import time

from flask import Blueprint, Response, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import EnvironBuilder
from workbench.console.page import PLACE
from workbench.problems.common import InvalidRequest

live = Blueprint("live", __name__, url_prefix=f"{PLACE}/live")
MOST_PIECES, LONGEST = 8, 4000
SOONEST_MS, SHARE = 2000, 40
# What is no piece of a page: itself, and what may be large or lies elsewhere.
NEVER = ("live", "sign-in", "file", "uploads", "static", "sheet", "first")


@live.get("")
def look() -> Response:
    """``piece``: the addresses of the pieces, as the page asks for them when they have changed."""
    began = time.monotonic()
    pieces = request.args.getlist("piece")
    if not 0 < len(pieces) <= MOST_PIECES:
        raise InvalidRequest({"piece": f"Give the addresses of 1 to {MOST_PIECES} pieces of a page."})
    seen = request.headers.get("Last-Event-ID", "").split(",")
    now = [_digest(piece) for piece in pieces]
    news = [at for at, digest in enumerate(now) if seen[at : at + 1] != [digest]]
    again_ms = max(SOONEST_MS, round((time.monotonic() - began) * 1000 * SHARE))
    text = f"retry: {again_ms}\nid: {','.join(now)}\nevent: look\ndata: {json.dumps({'news': news})}\n\n"
    return Response(text, content_type="text/event-stream")


def _digest(piece: str) -> str:
    """Of what the page would be told if it asked; with the same session, and refused as that would be."""
    path, _, query = piece.partition("?")
    _refuse_other(piece, path)
    headers = [(name, value) for name, value in request.headers if name in ("Cookie", "Host")]
    environ = EnvironBuilder(path=path, query_string=query, headers=[*headers, ("HX-Request", "true")]).get_environ()
    with current_app.request_context(environ):
        response = current_app.full_dispatch_request()
        return hashlib.sha256(response.get_data()).hexdigest()[:16]


def _refuse_other(piece: str, path: str) -> None:
    """Raises InvalidRequest for what is no piece of a page of ours."""
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, "GET")
    except (HTTPException, RequestRedirect):
        endpoint = "live"
    if len(piece) > LONGEST or not path.startswith(f"{PLACE}/") or endpoint.partition(".")[0] in NEVER:
        raise InvalidRequest({"piece": f"{piece[:80]!r} is no piece of a page."})
