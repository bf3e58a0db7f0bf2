"""Where models can run: each target with its devices, and why one cannot be used."""

from __future__ import annotations

from flask import render_template
from workbench.console.page import Page
from workbench.console.reach import client

PAGE = Page("targets", "Targets")


@PAGE.blueprint.get("")
def show() -> str:
    """All of them."""
    return render_template("targets.html", targets=list(client().targets.list()))
