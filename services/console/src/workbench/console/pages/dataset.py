"""One dataset: what is in it by class and size, its images with their annotations drawn, what is odd or wrong."""

from __future__ import annotations

from typing import Any

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse
from workbench.client import Refused
from workbench.client.again import takes
from workbench.console.now import serve_now
from workbench.console.page import Page
from workbench.console.reach import api, client
from workbench.problems.common import InvalidRequest

PAGE = Page("dataset")
serve_now(PAGE, "datasets")
# A page of images: what fits a screen or two.
IMAGES = 48
PARTS = ("calibration", "evaluation")
View = dict[str, Any]


@PAGE.blueprint.get("/<dataset_id>")
def show(dataset_id: str) -> str:
    """The whole page."""
    view = client().datasets.get(dataset_id)
    there = view["state"] == "succeeded"
    found: View = {"statistics": None, "unknown": None, "formats": []}
    if there:
        found["formats"] = takes(api(), "exports")["format"]["enum"]
        try:
            found["statistics"] = client().datasets.statistics(dataset_id)
        except Refused as refused:  # an earlier release kept none; the page has the rest
            found["unknown"] = refused.problem
    return render_template("dataset.html", view=view, parts=PARTS, **found, **(_images(dataset_id) if there else {}))


@PAGE.blueprint.post("/<dataset_id>/export")
def export(dataset_id: str) -> AnyResponse:
    """All of it in another layout; the job has the archive."""
    job = client().exports.create({"dataset_id": dataset_id, "format": request.form.get("format", "")})
    return redirect(f"/console/job/exports/{job['id']}", 303)


@PAGE.blueprint.get("/<dataset_id>/images")
def images(dataset_id: str) -> str:
    """A page of images, of a class and part if they are named."""
    return render_template("_images.html", view=client().datasets.get(dataset_id), **_images(dataset_id))


@PAGE.blueprint.get("/<dataset_id>/images/<int:number>.jpg")
def preview(dataset_id: str, number: int) -> Response:
    """An image with its annotation drawn onto it."""
    response = Response(client().datasets.preview(dataset_id, number), content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, max-age=86400"  # a dataset never changes
    return response


@PAGE.blueprint.post("/<dataset_id>/subset")
def take_subset(dataset_id: str) -> AnyResponse:
    """Some of its images as a dataset of their own."""
    given = request.form
    wanted: View = {
        "classes": [given["class"]] if given.get("class") else None,
        "split": given.get("part") or None,
        "count": _whole_number(given.get("count", "").strip()),
    }
    view = client().datasets.subset(dataset_id, **{name: each for name, each in wanted.items() if each is not None})
    return redirect(f"/console/dataset/{view['id']}", 303)


def _images(dataset_id: str) -> View:
    asked = {"class": request.args.get("class", ""), "part": request.args.get("part", "")}
    given = {name: value for name, value in {**asked, "cursor": request.args.get("cursor", "")}.items() if value}
    try:
        page = api().json("GET", f"/v1/datasets/{dataset_id}/images", params={**given, "limit": IMAGES})
    except Refused as refused:  # no such class, or an earlier release kept no list
        return {"images": None, "asked": asked, "missing": refused.problem}
    return {"images": page, "asked": asked, "missing": None}


def _whole_number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise InvalidRequest({"count": f"{text[:40]!r} is no whole number"})
    return int(text)
