"""Every model of the team: what it is, what it is taken to be for, and what was made from what."""

from __future__ import annotations

from flask import render_template
from workbench.console.listing import listed
from workbench.console.page import Page

PAGE = Page("models", "Models")


@PAGE.blueprint.get("")
def show() -> str:
    """The newest first, if nothing else is asked."""
    return render_template("models.html", **listed("models"))
