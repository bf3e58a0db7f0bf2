"""Who may see a page, what a browser may do with it, and what is shown instead when something goes wrong."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import structlog
from flask import Flask, Response, g, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse
from workbench.client import BadInput, Refused, Unreachable
from workbench.console.cookies import cookie_name, dropped
from workbench.console.page import FIRST
from workbench.console.pages import PAGES
from workbench.console.reach import reach
from workbench.problems import Problem
from workbench.problems.common import Forbidden, HttpProblem, InternalError
from workbench.webapp import health
from workbench.webapp.app import count
from workbench.webapp.identity import refuse_foreign_pages
from workbench.webapp.settings import Settings

log = structlog.get_logger()
_READING = ("GET", "HEAD", "OPTIONS")
# Everything that a page is made of comes from here; nothing in a page is a script or a style.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",  # with no-referrer a browser would call its own forms foreign
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_STATIC = ("static", "sheet.static")
_OPEN = frozenset(f"{page.name}." for page in PAGES if page.open)


def keep(app: Flask, settings: Settings) -> None:
    """Before and after every request of ``app``, and for everything that one may end with."""

    @app.before_request
    def admit() -> AnyResponse | None:
        g.started = time.monotonic()
        if request.path in health.PATHS:
            return None
        refuse_foreign_pages(request, settings.allowed_hosts)
        _refuse_forged()
        g.token = reach().seal.token(request.cookies.get(cookie_name(), ""))
        endpoint = request.endpoint or ""
        if g.token or endpoint in _STATIC or f"{endpoint.partition('.')[0]}." in _OPEN:
            return None
        return _to_sign_in()

    @app.after_request
    def say(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.endpoint in _STATIC and response.status_code == 200 and request.args.get("v"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        if request.path not in health.PATHS:
            count("console", response.status_code)
        return response

    app.register_error_handler(Refused, lambda refused: _refused(refused.problem))
    app.register_error_handler(Unreachable, _away)
    app.register_error_handler(BadInput, lambda bad: page_of(HttpProblem(404, str(bad)).document()))
    app.register_error_handler(Problem, lambda problem: page_of(problem.document()))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _defect)


def page_of(problem: dict[str, Any]) -> Response:
    """A problem document as a page, or as the piece of one that was asked for; programs get the document."""
    status = int(problem.get("status") or 500)
    if request.accept_mimetypes.best == "application/json":
        response = Response(status=status, content_type="application/problem+json")
        response.set_data(json.dumps(problem))
    else:
        template = "_problem.html" if "HX-Request" in request.headers else "problem.html"
        response = Response(render_template(template, problem=problem), status)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#said", "innerHTML"
    if "retry_after_s" in problem:
        response.headers["Retry-After"] = str(problem["retry_after_s"])
    return response


def _refuse_forged() -> None:
    """What changes something must come from a page of ours: browsers name the page's origin. Raises Forbidden.

    ``refuse_foreign_pages`` has compared an origin that is named; the cookie is SameSite=Strict besides.
    """
    if request.method not in _READING and "Origin" not in request.headers:
        raise Forbidden("The request does not say which page it comes from (no Origin); programs use the API at /v1.")


def _to_sign_in() -> AnyResponse:
    """To the form, and back to the page afterwards."""
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    to = url_for("sign-in.show", back=back if back != FIRST else None)
    if "HX-Request" in request.headers:  # a piece of a page cannot be the form
        return Response(status=401, headers={"HX-Redirect": url_for("sign-in.show")})
    if request.accept_mimetypes.best == "application/json":
        return page_of(HttpProblem(401, "The session has ended; sign in again.").document())
    return redirect(to, 303)


def _refused(problem: dict[str, Any]) -> AnyResponse:
    if problem.get("status") == 401:  # revoked or expired meanwhile: the session ends with the token
        return dropped(_to_sign_in())
    return page_of(problem)


def _away(unreachable: Unreachable) -> Response:
    log.warning("api.away", error=str(unreachable))
    return page_of(
        {
            "status": 503,
            "title": "The workbench does not answer",
            "retry_after_s": 5,
            "detail": "The console is up, but the API behind it does not answer.",
            "remedy": "Nothing is lost; try again in a few seconds.",
        }
    )


def _http(error: HTTPException) -> AnyResponse:
    if error.code in range(300, 400):
        return error.get_response()
    return page_of(HttpProblem(error.code or 500, error.description or error.name).document())


def _defect(error: Exception) -> Response:
    incident = uuid.uuid4().hex[:12]
    log.error("page.defect", incident=incident, exc_info=error)
    return page_of(InternalError(incident).document())
