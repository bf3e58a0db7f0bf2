"""Routes under /v1/profiles and /v1/targets."""

from __future__ import annotations

import json
import time
from typing import Any

from flask_smorest import Blueprint
from workbench.jobs import Job
from workbench.problems.common import NotFound, RunFailed
from workbench.profiler.problems import DevicesNotKnownYet
from workbench.profiler.schemas import ProfileRequest, TargetPage
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import Resource, serve_jobs, serve_submission

DISCOVERED_FOR_S = 600.0
DISCOVERY_S = 25.0

targets = Blueprint("targets", __name__, url_prefix="/v1/targets", description="Where models can run.")
profiles = Blueprint("profiles", __name__, url_prefix="/v1/profiles", description="Measurements of speed.")
serve_submission(profiles, "profile", ProfileRequest)
serve_jobs(profiles, Resource("profile"))


@targets.get("")
@targets.response(200, TargetPage)
def list_targets() -> dict[str, Any]:
    """Each target with its devices, their full names, capabilities and versions; and why one cannot be used."""
    found = _discovered()
    return {"items": json.loads(found.manifest or "{}")["facts"]["targets"]}


@targets.get("/<target_id>")
@targets.response(200)
def read_target(target_id: str) -> dict[str, Any]:
    """One target."""
    for target in json.loads(_discovered().manifest or "{}")["facts"]["targets"]:
        if target["id"] == target_id:
            return dict(target)
    raise NotFound("target", target_id)


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
