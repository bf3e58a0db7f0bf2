"""One project: its steps while they go, then its variants with their intervals, what to take and why, the package."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse
from workbench.console.page import PLACE, Page
from workbench.console.reach import client, perhaps
from workbench.console.typed import numbers
from workbench.console.work import Work
from workbench.plots.report import page, told

PAGE = Page("project")
RUNS = 20
DRAWN = 6  # images whose answer changed
# What people ask again with: the request's field, in words, what it is when nothing is said, and its type.
AGAIN_WITH = (
    ("max_latency_ms", "Median latency at most, ms", "no limit", float),
    ("max_accuracy_drop", "Accuracy may drop by, points", "as before", float),
    ("launches", "Launches of each", "as before", int),
    ("duration_s", "Each launch measures, s", "as before", float),
)


@PAGE.blueprint.get("/<project_id>")
def show(project_id: str) -> str:
    """The newest optimization, or the one that ``run`` names."""
    api = client()
    project = api.projects.get(project_id)
    runs = list(api.optimizations(project_id).list(limit=RUNS))
    run = _run(project_id)
    return render_template(
        "project.html",
        project=project,
        runs=runs,
        work=run,
        model=perhaps(api.models, project["model_id"]),
        dataset=perhaps(api.datasets, project["dataset_id"]),
        **_shown(run),
    )


@PAGE.blueprint.get("/<project_id>/now")
def now(project_id: str) -> Response:
    """The steps as they are; when the last has ended, the whole page again."""
    work = _run(project_id)
    if work is None:
        abort(404)
    response = Response(render_template("_steps.html", work=work, project={"id": project_id}))
    if not work.active:
        response.headers["HX-Refresh"] = "true"
    return response


@PAGE.blueprint.get("/<project_id>/report.json")
def report(project_id: str) -> Response:
    """The report as the API has it."""
    document = _document(project_id)
    return _to_keep(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "report.json", "application/json")


@PAGE.blueprint.get("/<project_id>/report.html")
def report_page(project_id: str) -> Response:
    """The same for people, as a file that needs nothing else."""
    text = page(_document(project_id), client().projects.get(project_id)["name"])
    return _to_keep(text, "report.html", "text/html; charset=utf-8")


@PAGE.blueprint.post("/<project_id>/again")
def again(project_id: str) -> AnyResponse:
    """The same optimization with other limits, or measured longer; what is left empty has its default."""
    work = _run(project_id)
    if work is None:
        abort(404)
    changes = {"max_latency_ms": None, **numbers(request.form, [(key, kind) for key, _, _, kind in AGAIN_WITH])}
    made = client().optimizations(project_id).again(work.view["id"], changes)
    return redirect(f"{PLACE}/project/{project_id}?run={made['id']}", 303)


@PAGE.blueprint.post("/<project_id>/advice")
def follow(project_id: str) -> AnyResponse:
    """Calibrate once more, as the report advises: ``variant`` and ``number`` say which advice."""
    work = _run(project_id)
    named = [each for each in _document(project_id)["variants"] if each["name"] == request.form.get("variant")]
    advice = {str(number): each for each in named for number, each in enumerate(each.get("advice") or [])}
    chosen = advice.get(request.form.get("number", ""), {}).get("calibrate")
    calibrated = [step["job_id"] for step in (work.view["steps"] if work else []) if step["kind"] == "calibration"]
    if chosen is None or not calibrated or not calibrated[-1]:
        abort(404, "There is no such advice, or no calibration to repeat.")
    made = client().calibrations.again(calibrated[-1], chosen)
    return redirect(f"{PLACE}/job/calibrations/{made['id']}", 303)


@PAGE.blueprint.post("/<project_id>/package")
def package(project_id: str) -> AnyResponse:
    """Another package, of the variants that are chosen."""
    document, given = _document(project_id), request.form
    chosen = [each for each in document["variants"] if each["name"] in given.getlist("variant")]
    variants = [
        {
            "folder": each["name"],
            "model_id": each["model"],
            "profile_id": each["profile"],
            "evaluation_id": each["evaluation"],
        }
        for each in chosen
    ]
    project = client().projects.get(project_id)
    made = client().packages.create(
        {
            "name": "package",
            "variants": variants,
            "recommended": given.get("recommended", ""),
            "recipe_id": _shared(document)["recipe_id"],
            "dataset_id": project["dataset_id"],
        }
    )
    return redirect(f"{PLACE}/job/packages/{made['id']}", 303)


def changed_images(comparison: dict[str, Any]) -> list[str]:
    """Some names of images that a variant answers otherwise: the worse ones first."""
    found = comparison.get("changed_items") or {}
    names = [name for key in ("broken", "fixed", "differing") for name in found.get(key) or ()]
    return list(dict.fromkeys(names))[:DRAWN]


def _shared(document: dict[str, Any] | None) -> dict[str, Any]:
    """What all variants have in common: ``recipe_id``, if they were scored; and ``models``, each variant's."""
    variants = (document or {}).get("variants") or []
    scored = next((each["evaluation"] for each in variants if each.get("evaluation")), None)
    view = perhaps(client().evaluations, scored) or {}
    return {
        "recipe_id": (view.get("request") or {}).get("recipe_id"),
        "models": {each["name"]: each.get("model") for each in variants},
    }


def _run(project_id: str) -> Work | None:
    """The optimization that ``run`` names, else the newest, if there is any."""
    optimizations = client().optimizations(project_id)
    newest = [view["id"] for view in optimizations.list(limit=1)]
    run_id = request.args.get("run") or "".join(newest)
    return Work(f"projects/{project_id}/optimizations/{run_id}", optimizations.get(run_id)) if run_id else None


def _document(project_id: str) -> dict[str, Any]:
    document = _report(_run(project_id))
    if document is None:
        abort(404, "This optimization has no report (yet).")
    return document


def _to_keep(text: str, name: str, content_type: str) -> Response:
    response = Response(text, content_type=content_type)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _report(work: Work | None) -> dict[str, Any] | None:
    """Also of one that failed, for what had been measured by then."""
    if work is None:
        return None
    found: dict[str, Any] | None = work.view.get("facts") or (work.view.get("error") or {}).get("report")
    return found


def _shown(work: Work | None) -> dict[str, Any]:
    """The report and what is drawn of it."""
    document = _report(work)
    return {
        "report": document,
        "told": told(document) if document else None,
        "shared": _shared(document),
        "again_with": AGAIN_WITH,
        "changed_images": changed_images,
    }
