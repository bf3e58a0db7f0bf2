"""Routes under /v1/profiles, /v1/tensors and /v1/targets."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, cast

from flask import current_app
from workbench.jobs import Job
from workbench.problems.common import NotFound, RunFailed
from workbench.profiler import executed_layers
from workbench.profiler.kinds import placed
from workbench.profiler.problems import DevicesNotKnownYet, TargetsNotAnnounced
from workbench.profiler.schemas import ProfileRequest, TargetPage, TargetView, TensorForm
from workbench.runner.values import LOCAL
from workbench.targets import described
from workbench.targets.census import Reader
from workbench.targets.placement import Placement
from workbench.webapp.devices import AGAIN_LOOK_S, KEPT_S, LOOK_S
from workbench.webapp.documents import Blueprint
from workbench.webapp.graphs import serve_graph
from workbench.webapp.part_uploads import serve_part_uploads
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import Resource, serve_jobs, serve_submission
from workbench.webapp.uploads import UploadKind, serve_form_upload
from workbench.webapp.views import rfc3339

CENSUS = "workbench.census"
STANDING = "workbench.standing"

targets = Blueprint("targets", __name__, url_prefix="/v1/targets", description="Where models can run.")
profiles = Blueprint("profiles", __name__, url_prefix="/v1/profiles", description="Measurements of speed.")
tensors = Blueprint("tensors", __name__, url_prefix="/v1/tensors", description="Data that measured models are fed.")
PROFILES = Resource("profile")
UPLOADED = UploadKind("tensor", TensorForm, lambda files: PurePosixPath(files[0]).stem)


def _where(placement: Placement, body: dict[str, Any]) -> dict[str, Any]:
    """As for any measurement; what is taken from a profile is where that was measured, unless somebody says."""
    if not body.get("from_profile_id"):
        return placed(placement, body)
    source = ports().manifests().usable("profile", body["from_profile_id"]).facts
    return {**body, **{name: body[name] or source.get(name) for name in ("target", "device")}}


serve_submission(profiles, "profile", ProfileRequest, _where)
serve_jobs(profiles, PROFILES)
serve_form_upload(tensors, UPLOADED)
serve_part_uploads(tensors, UPLOADED)
serve_jobs(tensors, Resource("tensor"))
serve_graph(profiles, lambda job_id: executed_layers.of(PROFILES.get(job_id)))


@targets.get("")
@targets.response(200, TargetPage)
def list_targets() -> dict[str, Any]:
    """Each target with its devices, what they can do, whether they are free, and why one cannot be used.

    This machine as a core has seen it; a device type of a cluster as its nodes were counted, and as the team's last
    measurement there found its device.
    """
    return {"items": _targets()}


@targets.get("/<target_id>")
@targets.response(200, TargetView)
def read_target(target_id: str) -> dict[str, Any]:
    """One target."""
    for target in _targets():
        if target["id"] == target_id:
            return dict(target)
    raise NotFound("target", target_id)


def _targets() -> list[dict[str, Any]]:
    if ports().placement.pools is None:
        return [_machine()]
    known = cast(Reader, current_app.extensions[CENSUS]).targets()
    if known is None:
        raise TargetsNotAnnounced()
    return [described.device_type(counted, _last_measured(counted["id"])) for counted in known]


def _machine() -> dict[str, Any]:
    job = _discovered()
    state, reason = _standing()
    [seen] = json.loads(job.manifest or "{}")["facts"]["targets"]
    return described.machine(seen, rfc3339(job.finished_at), state, reason, _last_measured(LOCAL))


def _standing() -> tuple[described.State, str | None]:
    """Of this machine's devices, and which profile of the asking team it is that has them."""
    try:
        working = cast(Callable[[], str | None], current_app.extensions[STANDING])()
    except FileNotFoundError:
        return "unknown", "runs are carried out by a worker on another machine, which does not tell"
    if working is None:
        return "free", None
    running = ports().jobs.list("profile", identity().team, state="running", target=LOCAL).items
    mine = next((job.id for job in running if job.waiting_for is None), None)
    return "busy", f"{working} (your profile {mine})" if mine else working


def _last_measured(target: str) -> dict[str, Any] | None:
    """The facts of the newest profile that the asking team has of this target."""
    page = ports().jobs.list("profile", identity().team, state="succeeded", target=target, limit=1)
    for job in page.items:
        return {**json.loads(job.manifest or "{}").get("facts", {}), "id": job.id, "at": rfc3339(job.finished_at)}
    return None


def _discovered() -> Job:
    """The last look at the devices if it is fresh, else a new one: only a core may load OpenVINO.

    While the machine is measured a new look has to wait: then the last one is the answer, however old.
    """
    jobs, team = ports().jobs, identity().team
    known = next(iter(jobs.list("target", team, state="succeeded", limit=1).items), None)
    if known is not None and time.time() - known.created_at < KEPT_S:
        return known
    last = next(iter(jobs.list("target", team, limit=1).items), None)
    job = last if last and not last.state.ended else ports().submit("target", {})
    deadline = time.monotonic() + (LOOK_S if known is None else AGAIN_LOOK_S)
    while not job.state.ended and (left := deadline - time.monotonic()) > 0:
        job = jobs.wait("target", team, job.id, job.seq, left)
    if job.manifest is not None and job.state.ended:
        return job
    if job.state.ended:
        raise RunFailed("discovery", f"Looking for devices has {job.state}; job {job.id} has the log.")
    if known is None:
        raise DevicesNotKnownYet(job.id)
    return known
