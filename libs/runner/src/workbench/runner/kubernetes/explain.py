"""Where a run is, told from its Kubernetes Job and its newest pod alone: its agent's own word comes before this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.runner.kubernetes.ends import end_of_job, end_of_pod
from workbench.runner.kubernetes.fields import condition, moment, text
from workbench.runner.kubernetes.waiting import pending, without_pod
from workbench.runner.values import Status

LOST_S = 30.0  # a kubelet that is only busy says so within this time


def pod_status(
    job: Mapping[str, Any] | None,
    pod: Mapping[str, Any] | None,
    *,
    now: float,
    target: str,
    events: Sequence[Mapping[str, Any]] = (),
) -> Status:
    """What they say. ``target``: its device type's name. ``events``: the Job's Warnings, of use without a pod only."""
    if pod is not None:
        return _of_pod(job, pod, target, now)
    if job is None:
        return Status("absent")
    end = end_of_job(job)
    return Status("exited", exit=end) if end is not None else without_pod(job, events, now)


def overdue(pod: Mapping[str, Any], *, now: float) -> bool:
    """Whether a pod that was deleted should have ended long ago.

    A deletion's time is when the pod's grace period is over, not when the deletion was asked for.
    """
    deadline = moment(pod, "metadata", "deletionTimestamp")
    return deadline is not None and now > deadline + LOST_S


def lost(pod: Mapping[str, Any], node: Mapping[str, Any] | None, *, now: float) -> bool:
    """Whether a pod can be given up: nobody is there who could say that it has ended."""
    return overdue(pod, now=now) and (node is None or text(condition(node, "Ready"), "status") != "True")


def _of_pod(job: Mapping[str, Any] | None, pod: Mapping[str, Any], target: str, now: float) -> Status:
    phase = text(pod, "status", "phase")
    if phase in ("Succeeded", "Failed"):
        return Status("exited", exit=end_of_pod(pod, job))
    # "Unknown": its node does not answer, and it may well go on there.
    return Status("running") if phase in ("Running", "Unknown") else pending(pod, target, now)
