"""One project: its steps while they go, then its variants with their intervals, what to take and why, the package."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, render_template, request
from workbench.console.page import Page
from workbench.console.reach import client, perhaps
from workbench.console.work import Work
from workbench.plots.report import page, told

PAGE = Page("project")
RUNS = 20


@PAGE.blueprint.get("/<project_id>")
def show(project_id: str) -> str:
    """The newest optimization, or the one that ``run`` names."""
    api = client()
    project = api.projects.get(project_id)
    runs = list(api.optimizations(project_id).list(limit=RUNS))
    run = _run(project_id)
    return render_template(
        "project.html", project=project, runs=runs, work=run,
        model=perhaps(api.models, project["model_id"]), dataset=perhaps(api.datasets, project["dataset_id"]),
        **_shown(run),
    )  # fmt: skip


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
    return {"report": document, "told": told(document) if document else None}
