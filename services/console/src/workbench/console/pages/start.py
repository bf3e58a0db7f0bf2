"""Bring a model and images, choose a device, begin: what can be guessed is filled in and says that it is guessed."""

from __future__ import annotations

import contextlib
from typing import Any

from flask import redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response
from workbench.client import Client, Refused, Unreachable
from workbench.client.accepted import choices
from workbench.console.page import PLACE, Page
from workbench.console.reach import client, whoami
from workbench.console.typed import numbers
from workbench.problems.common import InvalidRequest

PAGE = Page("start", "Start")
NOT_SURE = "task-not-sure"
LISTED = 100


@PAGE.blueprint.get("")
def show() -> str:
    """The form, with what was asked for in the address already chosen."""
    return _form(request.args)


@PAGE.blueprint.get("/model")
def model() -> str:
    """What is known of the model that was chosen."""
    return render_template("_start_model.html", view=_chosen("model_id", client().models))


@PAGE.blueprint.get("/dataset")
def dataset() -> str:
    """What is known of the dataset that was chosen."""
    return render_template("_start_dataset.html", view=_chosen("dataset_id", client().datasets))


@PAGE.blueprint.post("")
def begin() -> str | tuple[str, int] | Response:
    """A project with one optimization; nothing stays of it where that is refused."""
    given, api = request.form, client()
    if not given.get("model_id"):
        return _form(given, {"title": "A model is missing", "detail": "Choose a model, or bring one."}), 422
    target, _, device = given.get("where", "").partition("|")
    name = given.get("name") or _named(api, given["model_id"])
    wanted = {
        "name": name[:200],
        "model_id": given["model_id"],
        "dataset_id": given.get("dataset_id"),
        "target": target,
        "device": device,
    }
    try:
        project = api.projects.create({key: value for key, value in wanted.items() if value})
    except Refused as refused:
        return _form(given, refused.problem), 422
    try:
        made = api.optimizations(project["id"]).create(_asked(given))
    except (Refused, InvalidRequest) as refused:
        with contextlib.suppress(Refused):
            api.projects.delete(project["id"])
        problem = refused.problem if isinstance(refused, Refused) else refused.document()
        return _form(given, problem), 422
    return redirect(f"{PLACE}/project/{project['id']}?run={made['id']}", 303)


def _form(given: MultiDict[str, str], problem: dict[str, Any] | None = None) -> str:
    api = client()
    models = [view for view in api.models.list(limit=LISTED) if _usable(view) and not view["parents"]]
    datasets = [view for view in api.datasets.list(limit=LISTED) if _usable(view)]
    likely = (problem or {}).get("guesses") if str((problem or {}).get("type")).endswith(NOT_SURE) else None
    return render_template(
        "start.html",
        given=given,
        problem=problem,
        models=models,
        datasets=datasets,
        places=_places(api),
        tasks=[task["name"] for task in api.tasks.list()],
        choices=likely,
        objectives=choices("OptimizationRequest", "objective"),
        may=whoami()["role"] != "viewer",
    )


def _usable(view: dict[str, Any]) -> bool:
    return view["state"] in ("succeeded", "running", "queued")


def _places(api: Client) -> list[dict[str, Any]]:
    """Every device of every target, with why it cannot be used where it cannot; none while nobody knows them."""
    found: list[dict[str, Any]] = []
    try:
        targets = list(api.targets.list())
    except (Refused, Unreachable):  # the API itself takes the first that has the device
        return found
    for target in targets:
        devices = target.get("devices") or [{"name": target.get("device", "CPU")}]
        for device in devices:
            unusable = target.get("usable") is False or device.get("state") == "unusable"
            reason = (device.get("reason") or target.get("reason") or "it cannot be used now") if unusable else ""
            found.append(
                {
                    "value": f"{target['id']}|{device['name']}",
                    "target": target.get("name") or target["id"],
                    "device": device["name"],
                    "full_name": device.get("full_name") or "",
                    "reason": reason,
                }
            )
    return found


def _chosen(field: str, resource: Any) -> dict[str, Any] | None:
    id = request.args.get(field, "")
    found: dict[str, Any] | None = resource.get(id) if id else None
    return found


def _named(api: Client, model_id: str) -> str:
    return str(api.models.get(model_id).get("name") or "model")


def _asked(given: MultiDict[str, str]) -> dict[str, Any]:
    """Only what was filled in: the API knows its own defaults. Raises InvalidRequest."""
    body: dict[str, Any] = {name: given[name] for name in ("task", "objective") if given.get(name)}
    return body | numbers(given, [(name, float) for name in ("max_latency_ms", "max_accuracy_drop", "duration_s")])
