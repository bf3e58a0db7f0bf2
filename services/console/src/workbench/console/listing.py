"""A list of things as the API has it: searched, narrowed, sorted, page by page; what its pages have in common."""

from __future__ import annotations

from typing import Any

from flask import request
from workbench.client import Refused
from workbench.console.reach import api

SHOWN = 50
SORTS = {"": "Newest first", "created_at": "Oldest first", "name": "By name", "-name": "By name, backwards"}
STATES = {
    "active": "Going on",
    "queued": "Waiting",
    "running": "Running",
    "ended": "Ended",
    "succeeded": "Succeeded",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
LONGEST = {"search": 200, "tag": 32, "state": 10, "sort": 20, "cursor": 2500}


def listed(collection: str) -> dict[str, Any]:
    """A page of ``/v1/<collection>`` as this request asks for it, and what was asked; a refusal beside nothing."""
    asked = {name: request.args.get(name, "").strip()[:longest] for name, longest in LONGEST.items()}
    given = {name: value for name, value in asked.items() if value}
    found: dict[str, Any] = {
        "collection": collection,
        "asked": asked,
        "sorts": SORTS,
        "states": STATES,
        "problem": None,
    }
    try:
        page = api().json("GET", f"/v1/{collection}", params={**given, "limit": SHOWN})
    except Refused as refused:
        if refused.problem.get("status") != 422:
            raise
        return {**found, "items": [], "after": None, "problem": refused.problem}
    return {**found, "items": page["items"], "after": page["next_cursor"]}
