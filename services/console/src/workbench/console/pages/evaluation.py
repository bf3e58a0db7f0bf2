"""One evaluation: each metric with interval, classes and change, what speaks against it, and what is assumed."""

from __future__ import annotations

from flask import render_template
from workbench.console.page import Page
from workbench.console.reach import client, perhaps

PAGE = Page("evaluation")


@PAGE.blueprint.get("/<evaluation_id>")
def show(evaluation_id: str) -> str:
    """The whole page."""
    known = client()
    view = known.evaluations.get(evaluation_id)
    asked = view.get("request") or {}
    return render_template(
        "evaluation.html", view=view, model=perhaps(known.models, asked.get("model_id")),
        dataset=perhaps(known.datasets, asked.get("dataset_id")),
        reference=perhaps(known.models, asked.get("reference_model_id")),
    )  # fmt: skip
