"""Looks at the devices of machines, this one and those of the team: only a core may load OpenVINO, so each is a job."""

from __future__ import annotations

import json
import time
from typing import Any

from workbench.jobs import Job
from workbench.problems.common import RunFailed
from workbench.profiler.problems import DevicesNotKnownYet
from workbench.runner.values import LOCAL
from workbench.targets import described
from workbench.targets.machines import Machine
from workbench.webapp.devices import AGAIN_LOOK_S, KEPT_S, LOOK_S
from workbench.webapp.ports import identity, ports
from workbench.webapp.views import rfc3339

FIRST_LOOK_S = 10.0  # at a machine elsewhere; after that what is known is the answer, and a look renews it meanwhile


def here() -> tuple[dict[str, Any], float | None]:
    """This machine in the words of the core that looked, and when that was. Raises RunFailed, DevicesNotKnownYet."""
    known = _last("", state="succeeded")
    job = _look("", {}, known, LOOK_S if known is None else AGAIN_LOOK_S)
    if job.manifest is None and job.state.ended:
        raise RunFailed("discovery", f"Looking for devices has {job.state}; job {job.id} has the log.")
    if not job.state.ended:
        if known is None:
            raise DevicesNotKnownYet(job.id)
        job = known
    [seen] = json.loads(job.manifest or "{}")["facts"]["targets"]
    return seen, job.finished_at


def registered(machine: Machine) -> dict[str, Any]:
    """A machine of the team, as it was last seen; one that asks for work is looked at anew now and then."""
    registry = ports().places.machines
    assert registry is not None, "every app has one"
    away = machine.away(time.time())
    told = registry.told(machine.team, machine.name)
    if away is None:
        known = _last(machine.name, state="succeeded")
        _look(machine.name, {"target": machine.name}, known, FIRST_LOOK_S if told is None else 0.0)
    seen, at = registry.told(machine.team, machine.name) or (None, None)
    return described.registered(machine.name, seen, rfc3339(at), away, machine.working, last_measured(machine.name)) | {
        "host": machine.host,
        "heard_at": rfc3339(machine.seen_at),
    }


def last_measured(target: str) -> dict[str, Any] | None:
    """The facts of the newest profile that the asking team has of this target."""
    page = ports().jobs.list("profile", identity().team, state="succeeded", target=target, limit=1)
    for job in page.items:
        return {**json.loads(job.manifest or "{}").get("facts", {}), "id": job.id, "at": rfc3339(job.finished_at)}
    return None


def measuring() -> str | None:
    """The profile of the asking team that this machine works on."""
    running = ports().jobs.list("profile", identity().team, state="running", target=LOCAL).items
    return next((job.id for job in running if job.waiting_for is None), None)


def _last(target: str, state: str | None = None) -> Job | None:
    page = ports().jobs.list("target", identity().team, state=state, target=target, limit=1)
    return next(iter(page.items), None)


def _look(target: str, request: dict[str, Any], known: Job | None, wait_s: float) -> Job:
    """The last look if it is fresh, else a new one, which is waited for: long only if there is no other.

    While the machine is measured a new look has to wait: then the last one is the answer, however old.
    """
    jobs, team = ports().jobs, identity().team
    if known is not None and time.time() - known.created_at < KEPT_S:
        return known
    last = _last(target)
    job = last if last and not last.state.ended else ports().submit("target", request)
    deadline = time.monotonic() + wait_s
    while not job.state.ended and (left := deadline - time.monotonic()) > 0:
        job = jobs.wait("target", team, job.id, job.seq, left)
    return job
