"""What is going on: what runs, what waits and why, and what has ended."""

from __future__ import annotations

from flask import render_template
from workbench.console.page import Page
from workbench.console.reach import client
from workbench.console.work import Work, jobs

PAGE = Page("jobs", "Jobs")
OF_EACH = 10


@PAGE.blueprint.get("")
def show() -> str:
    """Both halves."""
    ended = [work for work in jobs(client(), state=None, limit=OF_EACH) if not work.active]
    return render_template("jobs.html", active=_active(), ended=ended[:50])


@PAGE.blueprint.get("/active")
def active() -> str:
    """The first half; the page asks for it again every few seconds."""
    return render_template("_active_jobs.html", active=_active())


def _active() -> list[Work]:
    """What runs before what waits."""
    return [work for state in ("running", "queued") for work in jobs(client(), state=state, limit=100)]
