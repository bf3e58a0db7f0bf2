"""One evaluation: each metric with interval, classes and change, what is confused, its images, what is assumed."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, render_template, request
from markupsafe import Markup
from workbench.client import Refused
from workbench.console.confusion import matrix
from workbench.console.now import serve_now
from workbench.console.page import Page
from workbench.console.reach import api, client, perhaps
from workbench.plots.drawing import Range, ranges
from workbench.plots.text import most_of, score_in

PAGE = Page("evaluation")
serve_now(PAGE, "evaluations")
# A page of images: what fits a screen or two.
IMAGES = 24
View = dict[str, Any]


@PAGE.blueprint.get("/<evaluation_id>")
def show(evaluation_id: str) -> str:
    """The whole page."""
    known = client()
    view = known.evaluations.get(evaluation_id)
    asked = view.get("request") or {}
    looked = {**_images(evaluation_id), "confusion": _confusion(evaluation_id)} if view["state"] == "succeeded" else {}
    return render_template(
        "evaluation.html",
        view=view,
        model=perhaps(known.models, asked.get("model_id")),
        dataset=perhaps(known.datasets, asked.get("dataset_id")),
        reference=perhaps(known.models, asked.get("reference_model_id")),
        drawn=_drawn,
        **looked,
    )


@PAGE.blueprint.get("/<evaluation_id>/images")
def images(evaluation_id: str) -> str:
    """A page of images, the worst first."""
    return render_template("_scored.html", view=client().evaluations.get(evaluation_id), **_images(evaluation_id))


@PAGE.blueprint.get("/<evaluation_id>/images/<int:number>/<what>.jpg")
def picture(evaluation_id: str, number: int, what: str) -> Response:
    """What is said or known of an image, drawn onto it."""
    known = client().evaluations
    of = {"result": known.result_picture, "truth": known.truth_picture}.get(what)
    if of is None:
        abort(404, "There is no such picture.")
    response = Response(of(evaluation_id, number), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=86400"  # an evaluation never changes
    return response


def _drawn(metric: View) -> Markup:
    """Its value with the interval, on a scale that shows how wide that is."""
    if metric.get("value") is None:
        return Markup("")
    rows, unit = [Range(str(metric["metric"]), metric)], metric.get("unit")
    return ranges(str(metric["metric"]), rows, lambda value: score_in(unit, value), at_most=most_of(unit))


def _images(evaluation_id: str) -> View:
    given = {name: request.args[name] for name in ("cursor",) if request.args.get(name)}
    try:
        page = api().json("GET", f"/v1/evaluations/{evaluation_id}/images", params={**given, "limit": IMAGES})
    except Refused as refused:  # an earlier release kept no list
        return {"scored": None, "missing": refused.problem}
    return {"scored": page, "missing": None}


def _confusion(evaluation_id: str) -> View | None:
    try:
        return matrix(client().evaluations.confusion(evaluation_id))
    except Refused:  # without classes, or of an earlier release, there is none
        return None
