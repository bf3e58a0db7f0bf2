"""One job: how far it is, its log, what went wrong and what to do about it; stop it, or ask for the same again."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template
from werkzeug.wrappers import Response
from workbench.client.again import again
from workbench.console.page import Page
from workbench.console.reach import api
from workbench.console.work import Work, is_place

PAGE = Page("job")
TAIL = 20_000  # characters of the log; all of it is a file to keep


@PAGE.blueprint.get("/<path:where>")
def show(where: str) -> str:
    """The whole page."""
    return render_template("job.html", **_found(where))


@PAGE.blueprint.get("/<path:where>/now")
def now(where: str) -> str:
    """What changes while it runs."""
    return render_template("_job.html", **_found(where))


@PAGE.blueprint.get("/<path:where>/log.txt")
def log(where: str) -> Response:
    """All of it, as a file to keep."""
    text = api().json("GET", f"/v1/{_checked(where)}/log")["text"]
    response = Response(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=log.txt"
    return response


@PAGE.blueprint.post("/<path:where>/cancel")
def cancel(where: str) -> Response:
    """Stop it; really, its device is free afterwards."""
    api().json("POST", f"/v1/{_checked(where)}/cancel")
    return redirect(Work(where, _view(where)).page, 303)


@PAGE.blueprint.post("/<path:where>/again")
def repeat(where: str) -> Response:
    """The same, as a new job."""
    collection, _, id = _checked(where).rpartition("/")
    new = again(api(), collection, id)
    return redirect(Work(f"{collection}/{new['id']}", new).page, 303)


def _found(where: str) -> dict[str, Any]:
    work = Work(_checked(where), _view(where))
    found = api().json("GET", f"/v1/{where}/log", params={"offset": -TAIL})
    cut = found["next_offset"] > TAIL
    return {"work": work, "log": found["text"], "cut": cut, "tail": TAIL}


def _view(where: str) -> dict[str, Any]:
    view: dict[str, Any] = api().json("GET", f"/v1/{_checked(where)}")
    return view


def _checked(where: str) -> str:
    if not is_place(where):
        abort(404, "There is no such job.")
    return where
