"""What is going on: what runs, what waits and why, and what has ended; of every kind, and any of it found again."""

from __future__ import annotations

from typing import Any

from flask import render_template, request
from workbench.console.listing import STATES
from workbench.console.page import Page
from workbench.console.reach import client
from workbench.console.work import KINDS, jobs

PAGE = Page("jobs", "Jobs")
SHOWN = 25


@PAGE.blueprint.get("")
def show() -> str:
    """What goes on, and below it what has ended; or what was searched for."""
    asked = _asked()
    narrowed = any(asked.values())
    return render_template(
        "jobs.html",
        asked=asked,
        narrowed=narrowed,
        kinds=KINDS,
        states=STATES,
        **_listed(asked if narrowed else asked | {"state": "active"}),
    )


@PAGE.blueprint.get("/list")
def part() -> str:
    """The list alone; a page asks for it again while it is looked at."""
    return render_template("_jobs.html", **_listed(_asked()))


def _listed(asked: dict[str, str]) -> dict[str, Any]:
    wanted = {name: value or None for name, value in asked.items() if name != "kind"}
    found, after = jobs(client(), asked["kind"], SHOWN, **wanted)
    return {"works": found, "after": after, "listed": asked}


def _asked() -> dict[str, str]:
    asked = {name: request.args.get(name, "")[:2500] for name in ("state", "kind", "search", "cursor")}
    return asked | {"kind": asked["kind"] if asked["kind"] in KINDS else "", "search": asked["search"][:200]}
