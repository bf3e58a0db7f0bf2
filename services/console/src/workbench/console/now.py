"""A page of something that is still being made follows it, and shows all of it once it is there."""

from __future__ import annotations

from flask import Response, render_template
from workbench.console.page import Page
from workbench.console.reach import client


def serve_now(page: Page, collection: str) -> None:
    """How far one of the collection is, below its page; when it has ended, the whole page again."""

    @page.blueprint.get(f"/<{page.name}_id>/now")
    def now(**named: str) -> Response:
        view = getattr(client(), collection).get(*named.values())
        response = Response(render_template("_now.html", view=view))
        if view["state"] not in ("queued", "running"):
            response.headers["HX-Refresh"] = "true"
        return response
