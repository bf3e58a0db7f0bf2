"""One file of a job's result, as the API has it: passed on, or the browser is led to where it lies."""

from __future__ import annotations

import contextlib
from urllib.parse import quote

from flask import Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse
from workbench.console.page import Page
from workbench.console.reach import api
from workbench.console.work import is_place

PAGE = Page("file")
PASSED_ON = ("Content-Length", "Content-Range", "Accept-Ranges", "ETag", "Content-Type")


@PAGE.blueprint.get("/<path:where>/<name>")
def download(where: str, name: str) -> AnyResponse:
    """To keep, never to look at: what users have brought is not run in a page of ours."""
    if not is_place(where):
        abort(404, "There is no such job.")
    headers = {each: request.headers[each] for each in ("Range", "If-Range") if each in request.headers}
    opened = contextlib.ExitStack()
    answer = opened.enter_context(api().stream(f"/v1/{where}/files/{quote(name, safe='')}", headers))
    if answer.is_redirect:
        opened.close()
        return redirect(answer.headers["location"], 307)
    response = Response(answer.iter_raw(1 << 20), answer.status_code)
    response.headers.update({each: answer.headers[each] for each in PASSED_ON if each in answer.headers})
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.call_on_close(opened.close)
    return response
