"""Every dataset of the team."""

from __future__ import annotations

from flask import render_template
from workbench.console.listing import listed
from workbench.console.page import Page

PAGE = Page("datasets", "Datasets")


@PAGE.blueprint.get("")
def show() -> str:
    """The newest first, if nothing else is asked."""
    return render_template("datasets.html", **listed("datasets"))
