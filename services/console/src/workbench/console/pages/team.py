"""The team of this session: what it may do and stores, and its tokens, for who may make them."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response
from workbench.client.accepted import choices
from workbench.console.page import PLACE, Page
from workbench.console.reach import client, whoami
from workbench.console.typed import numbers

PAGE = Page("team", "Team")
# By whose work it is there, as people call that.
PARTS = {
    "model-registry": "Models that were brought",
    "converter": "Conversions",
    "dataset": "Images",
    "profiler": "Measurements",
    "calibrator": "INT8 models and accuracy",
    "packager": "Packages",
    "project": "Reports",
}


@PAGE.blueprint.get("")
def show() -> str:
    """As the API tells it."""
    return _page()


@PAGE.blueprint.post("/tokens")
def create() -> str:
    """A new token, with its secret: this page is the only one that has it, so it leads nowhere else."""
    asked: dict[str, Any] = {"name": request.form.get("name", "").strip(), "role": request.form.get("role", "")}
    return _page(client().tokens.create({**asked, **numbers(request.form, [("days", float)])}))


@PAGE.blueprint.post("/tokens/<token_id>/revoke")
def revoke(token_id: str) -> str | Response:
    """Ask first, with what it is called."""
    if request.form.get("sure") != "yes":
        return render_template("revoke.html", token=client().tokens.get(token_id))
    client().tokens.delete(token_id)
    return redirect(f"{PLACE}/team", 303)


def _page(made: dict[str, Any] | None = None) -> str:
    who = whoami()
    tokens = list(client().tokens.list()) if who["role"] == "admin" else None
    return render_template(
        "team.html",
        who=who,
        tokens=tokens,
        roles=choices("TokenRequest", "role"),
        parts=PARTS,
        use=client().profiles.use(),
        made=made,
    )
