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


@PAGE.blueprint.get("/<path:path>")
def download(path: str) -> AnyResponse:
    """To keep, never to look at: what users have brought is not run in a page of ours. ``path``: the job's, then the
    file's name, which may be in folders.
    """
    words = path.split("/")
    at = 4 if words[0] == "projects" else 2
    where, name = "/".join(words[:at]), "/".join(words[at:])
    if not is_place(where) or not name:
        abort(404, "There is no such job.")
    headers = {each: request.headers[each] for each in ("Range", "If-Range") if each in request.headers}
    opened = contextlib.ExitStack()
    answer = opened.enter_context(api().stream(f"/v1/{where}/files/{quote(name)}", headers))
    if answer.is_redirect:
        opened.close()
        return redirect(answer.headers["location"], 307)
    response = Response(answer.iter_raw(1 << 20), answer.status_code)
    response.headers.update({each: answer.headers[each] for each in PASSED_ON if each in answer.headers})
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(words[-1], safe='')}"
    response.call_on_close(opened.close)
    return response
