"""Every dataset of the team."""

from __future__ import annotations

from flask import render_template
from workbench.console.page import Page
from workbench.console.reach import client

PAGE = Page("datasets", "Datasets")
LISTED = 100


@PAGE.blueprint.get("")
def show() -> str:
    """The newest first."""
    return render_template("datasets.html", datasets=list(client().datasets.list(limit=LISTED)))
