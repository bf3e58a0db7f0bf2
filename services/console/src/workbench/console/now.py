"""A page of something that is still being made follows it, and shows all of it once it is there."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template


def now_of(view: dict[str, Any]) -> Response:
    """How far it is; when it has ended, the whole page again."""
    response = Response(render_template("_now.html", view=view))
    if view["state"] not in ("queued", "running"):
        response.headers["HX-Refresh"] = "true"
    return response
