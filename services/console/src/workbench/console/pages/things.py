"""What may be done with models, datasets and projects alike: call them otherwise, tag them, delete several."""

from __future__ import annotations

from typing import Any

from flask import abort, redirect, render_template, request
from werkzeug.wrappers import Response
from workbench.console.page import Page
from workbench.console.reach import client

PAGE = Page("things")
KINDS = {"models": "model", "datasets": "dataset", "projects": "project"}
MOST = 100


@PAGE.blueprint.post("/<any(models, datasets, projects):kind>/delete")
def delete(kind: str) -> str | Response:
    """Ask first, with what they are called; then each is gone, or it says why not."""
    ids = request.form.getlist("id")[:MOST]
    if not ids:
        return redirect(f"/console/{kind}", 303)
    resource = getattr(client(), kind)
    if request.form.get("sure") != "yes":
        return render_template("things.html", kind=kind, page=KINDS[kind], chosen=_named(resource, ids), outcomes=None)
    outcomes = list(resource.delete_all(ids))
    if all(each["deleted"] for each in outcomes):
        return redirect(f"/console/{kind}", 303)
    return render_template("things.html", kind=kind, page=KINDS[kind], chosen=[], outcomes=outcomes)


@PAGE.blueprint.post("/<any(models, datasets, projects):kind>/<uuid:id>/labels")
def relabel(kind: str, id: Any) -> Response:
    """Another name, and these tags and no others."""
    name, tags = request.form.get("name", "").strip(), request.form.get("tags")
    if not name:
        abort(422, "Give it a name of at least one character.")
    wanted = None if tags is None else [tag.strip() for tag in tags.split(",") if tag.strip()]
    getattr(client(), kind).relabel(str(id), name=name, tags=wanted)
    return redirect(f"/console/{KINDS[kind]}/{id}", 303)


def _named(resource: Any, ids: list[str]) -> list[dict[str, Any]]:
    """Those on this page of the list are what was chosen from; what is further back has its id."""
    known = {view["id"]: view for view in resource.list(limit=2 * MOST)}
    return [known.get(id, {"id": id, "name": None}) for id in ids]
