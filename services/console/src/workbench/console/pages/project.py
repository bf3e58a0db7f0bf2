"""One project: its steps while they go, then its variants with their intervals, what to take and why, the package."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, abort, render_template, request
from workbench.console.drawing import Point, plane
from workbench.console.page import Page
from workbench.console.reach import client, perhaps
from workbench.console.work import Work

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
    work = _run(project_id)
    document = _report(work) if work else None
    if document is None:
        abort(404, "This optimization has no report (yet).")
    response = Response(json.dumps(document, indent=2, ensure_ascii=False) + "\n", content_type="application/json")
    response.headers["Content-Disposition"] = "attachment; filename=report.json"
    return response


def _run(project_id: str) -> Work | None:
    """The optimization that ``run`` names, else the newest, if there is any."""
    optimizations = client().optimizations(project_id)
    newest = [view["id"] for view in optimizations.list(limit=1)]
    run_id = request.args.get("run") or "".join(newest)
    return Work(f"projects/{project_id}/optimizations/{run_id}", optimizations.get(run_id)) if run_id else None


def _report(work: Work | None) -> dict[str, Any] | None:
    """Also of one that failed, for what had been measured by then."""
    if work is None:
        return None
    found: dict[str, Any] | None = work.view.get("facts") or (work.view.get("error") or {}).get("report")
    return found


def _shown(work: Work | None) -> dict[str, Any]:
    """The report, the variants' differences by name, how far the bars reach, and the picture."""
    document = _report(work)
    if not document or not document.get("variants"):
        return {"report": None}
    variants, recommended = document["variants"], document.get("recommended") or {}
    chosen = recommended.get("variant")
    points = [Point(each["name"], each["latency_ms"]["p50"], each["throughput_fps"], each["name"] == chosen)
              for each in variants if _measured(each)]  # fmt: skip
    return {
        "report": document, "recommended": recommended,
        "against": {each["variant"]: each for each in document.get("comparison") or ()},
        "most_fps": _most(each.get("throughput_fps") for each in variants),
        "most_ms": _most((each.get("latency_ms") or {}).get("p50") for each in variants),
        "picture": plane(points, (document.get("constraints") or {}).get("max_latency_ms")),
    }  # fmt: skip


def _measured(variant: dict[str, Any]) -> bool:
    return bool(variant.get("throughput_fps") and (variant.get("latency_ms") or {}).get("p50"))


def _most(measured: Any) -> float:
    return max((float(each.get("high") or each.get("value") or 0) for each in measured if each), default=0.0)
