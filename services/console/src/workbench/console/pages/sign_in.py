"""Sign in with a token, or by the link that `workbench up` prints; sign out."""

from __future__ import annotations

from flask import g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from workbench.client import Refused
from workbench.console.cookies import dropped, signed_in
from workbench.console.page import FIRST, PLACE, Page
from workbench.console.reach import api, reach

PAGE = Page("sign-in", open=True)


@PAGE.blueprint.get("")
def show() -> str:
    """The form."""
    return _form()


@PAGE.blueprint.post("")
def enter() -> tuple[str, int] | Response:
    """With a token, as the API knows it."""
    token = request.form.get("token", "").strip()
    if not token or not token.isascii() or not token.isprintable():
        return _form("Paste a token: one line of letters, digits and signs."), 422
    try:
        api(token).json("GET", "/v1/identity")
    except Refused as refused:
        if refused.problem.get("status") != 401:
            raise
        return _form("The workbench does not know this token; it may have expired or been revoked."), 401
    return signed_in(token, _inside(request.form.get("back", "")))


@PAGE.blueprint.get("/kept")
def kept() -> tuple[str, int] | Response:
    """Where signing in leads first: without a cookie every page would lead back to the form, and say nothing."""
    if not g.token:
        return _form("This browser keeps no cookies of this address. Allow them, then sign in again."), 401
    return redirect(_inside(request.args.get("to", "")), 303)


@PAGE.blueprint.get("/<word>")
def by_link(word: str) -> tuple[str, int] | Response:
    """With a word that works once."""
    token = reach().seal.redeem(word)
    if token is None:
        return _form("This link has been used, or is too old. Sign in with a token instead."), 401
    return signed_in(token, FIRST)


@PAGE.blueprint.post("/out")
def leave() -> Response:
    """End the session of this browser."""
    return dropped(redirect(url_for("sign-in.show"), 303))


def _form(wrong: str = "") -> str:
    return render_template("sign_in.html", back=_inside(request.values.get("back", "")), wrong=wrong)


def _inside(back: str) -> str:
    """A page of ours and nowhere else."""
    return back if back.startswith(f"{PLACE}/") and "\\" not in back else FIRST
