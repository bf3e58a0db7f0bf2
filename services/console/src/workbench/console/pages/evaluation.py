"""One evaluation: each metric with interval, classes and change, what speaks against it, and what is assumed."""

from __future__ import annotations

from typing import Any

from flask import render_template
from workbench.client import Refused
from workbench.client.resources import Resource
from workbench.console.page import Page
from workbench.console.reach import client

PAGE = Page("evaluation")


@PAGE.blueprint.get("/<evaluation_id>")
def show(evaluation_id: str) -> str:
    """The whole page."""
    known = client()
    view = known.evaluations.get(evaluation_id)
    asked = view.get("request") or {}
    return render_template(
        "evaluation.html", view=view, model=_perhaps(known.models, asked.get("model_id")),
        dataset=_perhaps(known.datasets, asked.get("dataset_id")),
        reference=_perhaps(known.models, asked.get("reference_model_id")),
    )  # fmt: skip


def _perhaps(resource: Resource, id: str | None) -> dict[str, Any] | None:
    """None where there is none, or none any more."""
    try:
        return resource.get(id) if id else None
    except Refused:
        return None
