"""Every model of the team: what it is, what it is taken to be for, and what was made from what."""

from __future__ import annotations

from flask import render_template
from workbench.console.page import Page
from workbench.console.reach import client

PAGE = Page("models", "Models")
LISTED = 100


@PAGE.blueprint.get("")
def show() -> str:
    """The newest first."""
    return render_template("models.html", models=list(client().models.list(limit=LISTED)))
