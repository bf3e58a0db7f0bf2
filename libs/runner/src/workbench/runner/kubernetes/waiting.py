"""A run that has not begun: what it waits for, and when waiting has no more sense."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.runner.kubernetes.fields import at, brief, condition, holds, moment, objects, quantity, text
from workbench.runner.kubernetes.unschedulable import in_our_words
from workbench.runner.values import Exit, ExitReason, Status

PATIENCE_S = 120.0  # registries and admission webhooks are away for a moment now and then
_NO_IMAGE = {
    "ErrImagePull",
    "ImagePullBackOff",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
}
_NO_IMAGE_EVER = {
    "InvalidImageName": "its name is not that of an image",
    "ErrImageNeverPull": "it is not there, and image.pullPolicy is Never",
}
_NO_CONTAINER = {
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
    "PreCreateHookError",
    "PreStartHookError",
}
_QUOTA = re.compile(r"exceeded quota: [^,]+, requested: (.*), used: (.*), limited: (.*)")


def without_pod(job: Mapping[str, Any], events: Sequence[Mapping[str, Any]], now: float) -> Status:
    """Of a Kubernetes Job that goes on and has no pod; ``events`` are what the cluster has complained about it."""
    if holds(job, "Suspended"):
        return Status("waiting", waiting_for="its Kubernetes Job to be resumed")
    complaint = _newest_complaint(events)
    if not complaint:
        return Status("waiting", waiting_for="a pod")
    begun = moment(job, "metadata", "creationTimestamp")
    told = _told(complaint)
    if _over(begun, now) and not _others_fill_the_quota(complaint):
        return Status("exited", exit=Exit("refused", None, f"The cluster does not accept the run's pod: {told}."))
    return Status("waiting", waiting_for=f"the cluster to accept its pod: {told}")


def pending(pod: Mapping[str, Any], target: str, now: float) -> Status:
    """Of a pod whose container has not started."""
    scheduled = condition(pod, "PodScheduled")
    node = text(pod, "spec", "nodeName")
    if node:
        return _on_its_node(pod, node, now)
    if text(scheduled, "reason") == "SchedulingGated":
        return Status("waiting", waiting_for="its pod's scheduling gates to be lifted")
    return Status("waiting", waiting_for=in_our_words(text(scheduled, "message"), target))


def _on_its_node(pod: Mapping[str, Any], node: str, now: float) -> Status:
    container = next(iter(objects(pod, "spec", "containers")), {})
    image = text(container, "image") or "of the run"
    held = at(next(iter(objects(pod, "status", "containerStatuses")), {}), "state", "waiting")
    reason, message = text(held, "reason"), brief(text(held, "message"))
    if reason in _NO_IMAGE_EVER:
        return _exited("image_missing", f"The image {image} cannot be used on {node}: {_NO_IMAGE_EVER[reason]}.")
    said = f"{reason}: {message}" if message else reason
    late = _over(_scheduled(pod), now)
    if reason in _NO_IMAGE:
        if late:
            return _exited("image_missing", f"The image {image} cannot be pulled on {node}: {said}.")
        return Status("waiting", waiting_for=f"its image on {node} ({said})")
    if reason in _NO_CONTAINER:
        if late:
            return _exited("refused", f"{node} cannot make the run's container: {said}.")
        return Status("waiting", waiting_for=f"its container on {node} ({said})")
    # The node calls it ContainerCreating all the time; what is left once the pod has its network is the image.
    pulling = holds(pod, "PodReadyToStartContainers") is not None
    return Status("waiting", waiting_for=f"its {'image' if pulling else 'container'} on {node}")


def _exited(reason: ExitReason, detail: str) -> Status:
    return Status("exited", exit=Exit(reason, None, detail))


def _scheduled(pod: Mapping[str, Any]) -> float | None:
    times = (
        moment(condition(pod, "PodScheduled"), "lastTransitionTime"),
        moment(pod, "status", "startTime"),
        moment(pod, "metadata", "creationTimestamp"),
    )
    return next((each for each in times if each is not None), None)


def _over(since: float | None, now: float) -> bool:
    return since is not None and now - since > PATIENCE_S


def _newest_complaint(events: Sequence[Mapping[str, Any]]) -> str:
    warnings = [each for each in events if text(each, "type") in ("Warning", "") and text(each, "message")]
    if not warnings:
        return ""
    message = text(max(warnings, key=_when), "message")
    # Error creating: pods "run-1-x7k2p" is forbidden: exceeded quota: …; the pod's name is new each time.
    return brief(re.sub(r'^Error creating: (pods? "[^"]*" is (forbidden|invalid): )?', "", message))


def _told(complaint: str) -> str:
    """Without what others use of a quota: that is theirs to know."""
    return re.sub(r", used: [^:]*(?=, limited: )", "", complaint)


def _when(event: Mapping[str, Any]) -> float:
    times = (
        moment(event, "series", "lastObservedTime"),
        moment(event, "lastTimestamp"),
        moment(event, "eventTime"),
        moment(event, "metadata", "creationTimestamp"),
    )
    return max((each for each in times if each is not None), default=0.0)


def _others_fill_the_quota(complaint: str) -> bool:
    """Whether the quota has room for the run as soon as others end: then it waits like for a busy node."""
    found = _QUOTA.search(complaint)
    if found is None:
        return False
    requested, limited = _amounts(found[1]), _amounts(found[3])
    return bool(requested) and all(quantity(each) <= quantity(limited.get(name)) for name, each in requested.items())


def _amounts(listed: str) -> dict[str, str]:
    """Of ``limits.memory=4Gi,pods=1``."""
    return {name: amount for name, _, amount in (each.partition("=") for each in listed.split(",")) if amount}
