"""Routes under /v1/profiles and /v1/targets."""

from __future__ import annotations

import json
import time
from typing import Any, cast

from flask import current_app
from workbench.jobs import Job
from workbench.problems.common import NotFound, RunFailed
from workbench.profiler.census import Reader
from workbench.profiler.problems import DevicesNotKnownYet, TargetsNotAnnounced
from workbench.profiler.schemas import ProfileRequest, TargetPage, TargetView
from workbench.webapp.documents import Blueprint
from workbench.webapp.placement import Placement
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import Resource, serve_jobs, serve_submission

DISCOVERED_FOR_S = 600.0
DISCOVERY_S = 25.0
CENSUS = "workbench.census"

targets = Blueprint("targets", __name__, url_prefix="/v1/targets", description="Where models can run.")
profiles = Blueprint("profiles", __name__, url_prefix="/v1/profiles", description="Measurements of speed.")
serve_submission(profiles, "profile", ProfileRequest, Placement.measurement)
serve_jobs(profiles, Resource("profile"))


@targets.get("")
@targets.response(200, TargetPage)
def list_targets() -> dict[str, Any]:
    """Each target, and why it cannot be used.

    This machine says its devices, their full names, capabilities and versions; a device type of a cluster how many
    are free, busy or broken.
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
        return list(json.loads(_discovered().manifest or "{}")["facts"]["targets"])
    known = cast(Reader, current_app.extensions[CENSUS]).targets()
    if known is None:
        raise TargetsNotAnnounced()
    return known


def _discovered() -> Job:
    """The last look at the devices if it is fresh, else a new one: only a core may load OpenVINO."""
    jobs, team = ports().jobs, identity().team
    last = next(iter(jobs.list("target", team, limit=1).items), None)
    fresh = last is not None and (not last.state.ended or time.time() - last.created_at < DISCOVERED_FOR_S)
    job = last if last and fresh and last.error is None else ports().submit("target", {})
    deadline = time.monotonic() + DISCOVERY_S
    while not job.state.ended and (left := deadline - time.monotonic()) > 0:
        job = jobs.wait("target", team, job.id, job.seq, left)
    if not job.state.ended:
        raise DevicesNotKnownYet(job.id)
    if job.manifest is None:
        raise RunFailed("discovery", f"Looking for devices has {job.state}; job {job.id} has the log.")
    return job
