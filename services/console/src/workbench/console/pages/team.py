"""The team that the session speaks for: its role and what it stores."""

from __future__ import annotations

from flask import render_template
from workbench.console.page import Page
from workbench.console.reach import whoami

PAGE = Page("team", "Team")


@PAGE.blueprint.get("")
def show() -> str:
    """As the API tells it."""
    return render_template("team.html", who=whoami())
