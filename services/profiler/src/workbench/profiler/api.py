"""Routes under /v1/profiles, /v1/tensors and /v1/targets."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any, cast

from flask import current_app
from workbench.jobs.record.tally import use_of
from workbench.problems.common import InvalidRequest, NotFound
from workbench.profiler import executed_layers, looks
from workbench.profiler.facts import ArrayFacts, ProfileFacts
from workbench.profiler.kinds import placed
from workbench.profiler.problems import TargetsNotAnnounced
from workbench.profiler.schemas import (
    NewMachineView,
    ProfileRequest,
    TargetPage,
    TargetView,
    TensorForm,
    TimesView,
    UsePage,
    UseQuery,
)
from workbench.runner.values import LOCAL
from workbench.targets import described
from workbench.targets.census import Reader
from workbench.targets.machines import NAME, Machines
from workbench.targets.placement import Placement
from workbench.targets.problems import TargetNameTaken
from workbench.webapp.documents import Blueprint
from workbench.webapp.graphs import serve_graph
from workbench.webapp.part_uploads import serve_part_uploads
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import Resource, serve_jobs, serve_submission
from workbench.webapp.uploads import UploadKind, serve_form_upload
from workbench.webapp.views import rfc3339

CENSUS = "workbench.census"
STANDING = "workbench.standing"
DAY_S = 24 * 3600.0

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
serve_jobs(profiles, PROFILES, ProfileFacts)
serve_form_upload(tensors, UPLOADED)
serve_part_uploads(tensors, UPLOADED)
serve_jobs(tensors, Resource("tensor"), ArrayFacts)
serve_graph(profiles, lambda job_id: executed_layers.of(PROFILES.get(job_id)))


@profiles.get("/<job_id>/times")
@profiles.response(200, TimesView)
def times(job_id: str) -> dict[str, Any]:
    """Where the time of one inference goes: by type of layer, and by the precision it was executed in."""
    return executed_layers.times(PROFILES.get(job_id))


@profiles.get("/use")
@profiles.arguments(UseQuery, location="query")
@profiles.response(200, UsePage)
def use(query: dict[str, Any]) -> dict[str, Any]:
    """How long the team's measurements had each target lately, the most used first."""
    since = time.time() - query["days"] * DAY_S
    found = use_of(ports().jobs, identity().team, PROFILES.kind, since)
    return {"items": [{"target": each.target, "measurements": each.jobs, "used_s": each.seconds} for each in found]}


@targets.get("")
@targets.response(200, TargetPage)
def list_targets() -> dict[str, Any]:
    """Each target with its devices, what they can do, whether they are free, and why one cannot be used.

    This machine, and those of the team, as a core has seen them; a device type of a cluster as its nodes were counted,
    and as the team's last measurement there found its device.
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


@targets.put("/<target_id>")
@targets.response(201, NewMachineView)
def register(target_id: str) -> dict[str, Any]:
    """Expect a machine of the team's own: `workbench agent`, started there with the token, joins by it, once and within
    a day. Again before it has joined, another token takes that one's place; 409 when a target has the name."""
    if not re.fullmatch(NAME, target_id):
        raise InvalidRequest({"target_id": "give 1 to 40 of a-z, 0-9 and '-', which is at neither end"})
    pools = ports().placement.pools
    if target_id == LOCAL or (pools and target_id in pools.deviceTypes):
        raise TargetNameTaken(target_id)
    return {"id": target_id, "token": _registry().add(identity().team, target_id)}


@targets.put("/<target_id>/token")
@targets.response(201, NewMachineView)
def renew(target_id: str) -> dict[str, Any]:
    """Another token for a machine of the team's own that has lost its secret, or that another takes the place of: what
    was measured there, and what waits for it, stays. Its secret is good until somebody joins by the token."""
    token = _registry().renew(identity().team, target_id)
    if token is None:
        raise NotFound("machine", target_id)
    return {"id": target_id, "token": token}


@targets.delete("/<target_id>")
@targets.response(204)
def remove(target_id: str) -> None:
    """Forget a machine of the team's own: what it runs ends there as soon as it asks again, what waits for it fails."""
    if not _registry().remove(identity().team, target_id):
        raise NotFound("machine", target_id)


def _registry() -> Machines:
    return cast(Machines, ports().places.machines)


def _targets() -> list[dict[str, Any]]:
    return [*_own(), *(looks.registered(machine) for machine in _registry().of(identity().team))]


def _own() -> list[dict[str, Any]]:
    """Of the installation: this machine, or what its cluster has."""
    if ports().placement.pools is None:
        return [_machine()]
    known = cast(Reader, current_app.extensions[CENSUS]).targets()
    if known is None:
        raise TargetsNotAnnounced()
    return [described.device_type(counted, looks.last_measured(counted["id"])) for counted in known]


def _machine() -> dict[str, Any]:
    seen, at = looks.here()
    state, reason = _standing()
    return described.machine(seen, rfc3339(at), state, reason, looks.last_measured(LOCAL))


def _standing() -> tuple[described.State, str | None]:
    """Of this machine's devices, and which profile of the asking team it is that has them."""
    try:
        working = cast(Callable[[], str | None], current_app.extensions[STANDING])()
    except FileNotFoundError:
        return "unknown", "runs are carried out by a worker on another machine, which does not tell"
    if working is None:
        return "free", None
    mine = looks.measuring()
    return "busy", f"{working} (your profile {mine})" if mine else working
