"""Routes under /v1/projects, and the optimizations below each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import g, request
from workbench.jobs import Job, StillRunning
from workbench.project import projects as rows
from workbench.project.beforehand import settled
from workbench.project.facts import ReportFacts
from workbench.project.plan import variants_of
from workbench.project.schemas import (
    OptimizationRequest,
    ProjectPage,
    ProjectRequest,
    ProjectView,
)
from workbench.project.steps import Steps
from workbench.project.values import STEP_ORDER, Step
from workbench.webapp.documents import Blueprint
from workbench.webapp.lists import Labels, ListQuery, page_or_refusal, serve_deletions
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import Resource, serve_jobs
from workbench.webapp.views import JobView

projects = Blueprint("projects", __name__, url_prefix="/v1/projects", description="Model, dataset and device.")
optimizations = Blueprint(
    "optimizations",
    __name__,
    url_prefix="/v1/projects/<project_id>/optimizations",
    description="The whole pipeline as one request; below the project `-`, those of all projects.",
)
ALL = "-"


@projects.post("")
@projects.arguments(ProjectRequest)
@projects.response(201, ProjectView)
def create(body: dict[str, Any]) -> dict[str, Any]:
    """Put a model, a dataset and a target device together; the project holds both until it is deleted. An
    `Idempotency-Key` header makes a repeat answer with the same project."""
    identity().require("member")
    key = request.headers.get("Idempotency-Key")
    placed = ports().placement.resolve(body)
    wanted = {name: placed[name] for name in body}  # what its target is like is for each measurement to say
    return _view(rows.create(ports().jobs, ports().manifests(), wanted, key))


@projects.get("")
@projects.arguments(ListQuery, location="query")
@projects.response(200, ProjectPage)
def list_them(query: dict[str, Any]) -> dict[str, Any]:
    """The team's projects: the newest first, if nothing else is asked."""
    found, cursor = page_or_refusal(partial(rows.page, ports().jobs, identity().team), query)
    return {"items": [_view(project) for project in found], "next_cursor": cursor}


@projects.get("/<project_id>")
@projects.response(200, ProjectView)
def read(project_id: str) -> dict[str, Any]:
    """One project."""
    return _view(rows.find(ports().jobs, identity().team, project_id))


@projects.patch("/<project_id>")
@projects.arguments(Labels)
@projects.response(200, ProjectView)
def relabel(body: dict[str, Any], project_id: str) -> dict[str, Any]:
    """Give it another name, or other tags."""
    identity().require("member")
    return _view(rows.relabel(ports().jobs, rows.find(ports().jobs, identity().team, project_id), **body))


@projects.delete("/<project_id>")
@projects.response(204)
def delete(project_id: str) -> None:
    """Delete a project with its optimizations and their reports, unless one is under way; the models, profiles and
    packages that they made stay."""
    identity().require("member")
    _remove(project_id)


def _remove(project_id: str) -> None:
    project = rows.find(ports().jobs, identity().team, project_id)
    found = list(_optimizations_of(project_id))
    if running := next((job for job in found if not job.state.ended), None):
        raise StillRunning(running.id, running.state)
    for job in found:
        _RESOURCE.remove(job)
    rows.remove(ports().jobs, ports().manifests(), project)


serve_deletions(projects, _remove)


@optimizations.url_value_preprocessor
def _remember_project(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The routes of jobs know nothing of projects: take the project's id out of the path for them."""
    g.project_id = (values or {}).pop("project_id", None)


@optimizations.post("")
@optimizations.arguments(OptimizationRequest)
@optimizations.response(202, JobView)
def optimize(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Convert, profile, calibrate, evaluate, compare and package; follow it as one job."""
    project = rows.find(ports().jobs, identity().team, g.project_id)
    model = ports().manifests().usable("model", project.model_id)
    # What the pipeline would stumble over is said now.
    body = settled(body, model.facts, _dataset(project.dataset_id))
    _dataset(body["calibration_dataset_id"])
    models = len(variants_of(body, model.facts))
    job = ports().submit(
        "optimization",
        {
            **ports().placement.measurement(_where(body, project), models=models),
            "models": models,
            "interleaved": True,
            "project_id": project.id,
            "model_id": project.model_id,
            "dataset_id": project.dataset_id,
        },
    )
    return _RESOURCE.view(job), {"Location": f"/v1/projects/{project.id}/optimizations/{job.id}"}


def _dataset(dataset_id: str | None) -> dict[str, Any] | None:
    return ports().manifests().usable("dataset", dataset_id).facts if dataset_id else None


def _where(body: dict[str, Any], project: rows.Project) -> dict[str, Any]:
    """The target or device of the request, else both of the project's."""
    if body["target"] or body["device"]:
        return body
    return {**body, "target": project.target, "device": project.device}


def _optimizations_of(project_id: str) -> Iterator[Job]:
    """Every one, newest first: nobody would find what outlived its project."""
    cursor = None
    while True:
        page = ports().jobs.list("optimization", identity().team, of=project_id, limit=200, cursor=cursor)
        yield from (job for job in page.items if job.request["project_id"] == project_id)
        cursor = page.cursor
        if cursor is None:
            return


def _below_the_project(job: Job) -> bool:
    return g.project_id in (ALL, job.request["project_id"])


def _project_of_path() -> str | None:
    """Raises NotFound: of a project that there is not, nobody should take none for an answer."""
    return None if g.project_id == ALL else rows.find(ports().jobs, identity().team, g.project_id).id


def _steps(job: Job) -> dict[str, Any]:
    jobs = ports().jobs
    found = sorted(Steps(jobs.engine, jobs.ring).of(job.id).values(), key=_place)
    shown = ("name", "kind", "state", "progress", "waiting_for", "error", "result")
    return {"steps": [{name: getattr(step, name) for name in shown} | {"job_id": step.command_id} for step in found]}


def _place(step: Step) -> tuple[int, str]:
    return (STEP_ORDER.index(step.kind) if step.kind in STEP_ORDER else len(STEP_ORDER), step.name)


_RESOURCE = Resource("optimization", belongs=_below_the_project, below=_project_of_path, more=_steps)
serve_jobs(optimizations, _RESOURCE, ReportFacts)


def _view(project: rows.Project) -> dict[str, Any]:
    created = datetime.fromtimestamp(project.created_at, UTC).isoformat(timespec="milliseconds")
    shown = {name: value for name, value in project.__dict__.items() if name != "asked_name"}
    return {**shown, "created_at": created.replace("+00:00", "Z")}
