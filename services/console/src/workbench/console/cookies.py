"""The session's cookie: no script can read it, no other site can send it, and it is gone after a working day."""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response
from workbench.console.page import PLACE
from workbench.console.reach import reach
from workbench.console.session import SESSION_S


def cookie_name() -> str:
    """By port: on one machine a browser shows a cookie to every port of its name."""
    _, _, port = request.host.rpartition(":")
    return f"workbench-{port if port.isdigit() else 'session'}"


def signed_in(token: str, to: str) -> Response:
    """Lead on with a session, by way of where it shows whether the browser keeps one."""
    response = redirect(url_for("sign-in.kept", to=to), 303)
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto", "") == "https"
    response.set_cookie(
        cookie_name(),
        reach().seal.session(token),
        max_age=SESSION_S,
        path=PLACE,
        secure=secure,
        httponly=True,
        samesite="Strict",
    )
    return response


def dropped(response: Response) -> Response:
    """The same answer, after which there is no session."""
    response.delete_cookie(cookie_name(), path=PLACE, httponly=True, samesite="Strict")
    return response
