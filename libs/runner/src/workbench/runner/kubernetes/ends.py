"""How a pod has ended, told from what its node and the cluster say of it."""

from __future__ import annotations

import re
import signal
from collections.abc import Mapping
from typing import Any

from workbench.runner.kubernetes.fields import at, brief, holds, number, objects, text
from workbench.runner.values import Exit, ExitReason

_OVER_ITS_DISK = re.compile(r"exceeds the (?:total )?limit|exceeded its local ephemeral storage limit")
_SIZE = re.compile(r'limit (?:of containers )?"?(\d[\w.]*)')
# Reasons of a node's own admission; any other counts as one, too, when no container has started.
_ADMISSION = {
    "UnexpectedAdmissionError",
    "NodeAffinity",
    "NodeName",
    "NodePorts",
    "TaintToleration",
    "InvalidNodeInfo",
    "SMTAlignmentError",
    "TopologyAffinityError",
    "UnexpectedPredicateFailureType",
}
_LOST_CONTAINER = {"ContainerStatusUnknown", "Unknown"}


def end_of_pod(pod: Mapping[str, Any], job: Mapping[str, Any] | None = None) -> Exit:
    """Of one whose phase is Succeeded or Failed, as far as its agent has said nothing."""
    node = text(pod, "spec", "nodeName") or "its node"
    ended = _terminated(pod)
    if text(pod, "status", "phase") == "Succeeded":
        return Exit("killed", number(ended, "exitCode"), f"The run's pod on {node} ended without a word.")
    return (
        _by_the_pods_reason(pod, node, ended is not None)
        or _out_of_memory(pod, node, ended)
        or _by_disruption(pod, node)
        or _by_the_job(job, node)
        or _by_its_container(pod, node, ended)
    )


def end_of_job(job: Mapping[str, Any]) -> Exit | None:
    """Of a Kubernetes Job whose pod is gone or never was; None while it goes on."""
    failed = holds(job, "Failed") or holds(job, "FailureTarget")
    if failed is None:
        over = holds(job, "Complete") or holds(job, "SuccessCriteriaMet")
        return Exit("killed", None, "The run's pod ended without a word, and is gone.") if over else None
    reason, said = text(failed, "reason"), _said(failed)
    if reason == "DeadlineExceeded":
        return Exit("wall_limit", None, "The run took longer than its Kubernetes Job may take.")
    if reason == "PodFailurePolicy":
        return Exit("crashed", None, f"The run's pod failed, and is gone{said}.")
    if reason == "FailedCreate":
        return Exit("refused", None, f"The cluster does not accept the run's pod{said}.")
    return Exit("killed", None, f"The run's pod is gone{said}.")


def _by_the_pods_reason(pod: Mapping[str, Any], node: str, started: bool) -> Exit | None:
    reason, message = text(pod, "status", "reason"), text(pod, "status", "message")
    said = _said(at(pod, "status"))
    if reason == "DeadlineExceeded":
        limit = number(pod, "spec", "activeDeadlineSeconds")
        return Exit("wall_limit", None, f"The run took longer than {_seconds(limit)} on {node}.")
    if reason == "Evicted":
        return _full_disk(node, message) or Exit("evicted", None, f"{node} ended the run to help itself{said}.")
    if reason in ("Terminated", "NodeShutdown", "Shutdown"):
        return Exit("evicted", None, f"{node} was shut down.")
    if reason == "Preempting":
        return Exit("evicted", None, f"{node} ended the run for a pod that the cluster itself needs.")
    if reason == "NodeLost":
        return Exit("node_lost", None, f"{node} does not answer any more.")
    if reason in _ADMISSION or reason.startswith("OutOf") or (reason and not started):
        return Exit("not_admitted", None, f"{node} did not take the run's pod ({reason}{said}).")
    return None


def _full_disk(node: str, message: str) -> Exit | None:
    if not _OVER_ITS_DISK.search(message):
        return None
    size = _SIZE.search(message)
    room = size[1].rstrip(".") if size else "limit"
    return Exit("disk_full", None, f"The run wrote more files than its {room} of disk on {node} hold.")


def _out_of_memory(pod: Mapping[str, Any], node: str, ended: Mapping[str, Any] | None) -> Exit | None:
    if text(ended, "reason") != "OOMKilled":
        return None
    container = next(iter(objects(pod, "spec", "containers")), {})
    limit = text(container, "resources", "limits", "memory")
    needed = f"its {limit} of memory" if limit else "the memory it may use"
    return Exit("out_of_memory", _code(ended), f"The run needed more than {needed} on {node}.")


def _by_disruption(pod: Mapping[str, Any], node: str) -> Exit | None:
    disruption = holds(pod, "DisruptionTarget")
    if disruption is None:
        return None
    words: dict[str, tuple[ExitReason, str]] = {
        "EvictionByEvictionAPI": ("evicted", f"The run's pod was evicted from {node}, as when a node is drained."),
        "PreemptionByScheduler": ("evicted", f"The run's pod on {node} made way for one of a higher priority."),
        "DeletionByTaintManager": ("node_lost", f"{node} did not answer for too long, or was given a taint."),
        "DeletionByPodGC": ("node_lost", f"{node} is gone from the cluster."),
    }
    reason, detail = words.get(text(disruption, "reason"), ("evicted", f"{node} ended the run{_said(disruption)}."))
    return Exit(reason, None, detail)


def _by_the_job(job: Mapping[str, Any] | None, node: str) -> Exit | None:
    """A Job past its deadline deletes its pod, which by itself looks as if somebody else had."""
    late = any(text(holds(job, kind), "reason") == "DeadlineExceeded" for kind in ("Failed", "FailureTarget"))
    limit = number(job, "spec", "activeDeadlineSeconds")
    return Exit("wall_limit", None, f"The run took longer than {_seconds(limit)} on {node}.") if late else None


def _by_its_container(pod: Mapping[str, Any], node: str, ended: Mapping[str, Any] | None) -> Exit:
    code = _code(ended)
    if text(ended, "reason") in _LOST_CONTAINER:
        return Exit("node_lost", None, f"{node} lost sight of the run's container, as when it starts anew.")
    if ended is None or code is None:
        return Exit("killed", None, f"The run's pod on {node} failed without a word{_said(at(pod, 'status'))}.")
    if code in (-signal.SIGKILL, -signal.SIGTERM) and text(pod, "metadata", "deletionTimestamp"):
        return Exit("killed", code, f"The run's pod on {node} was deleted.")
    how = f"with exit code {code}" if code >= 0 else f"by {_signal(-code)}"
    return Exit("crashed", code, f"The run crashed on {node} {how}{_said(ended)}.")


def _terminated(pod: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for status in objects(pod, "status", "containerStatuses"):
        for state in ("state", "lastState"):
            if isinstance(found := at(status, state, "terminated"), Mapping):
                return found
    return None


def _code(ended: Mapping[str, Any] | None) -> int | None:
    """Negative for a signal, which a container's runtime adds to 128."""
    code = number(ended, "exitCode")
    by = number(ended, "signal") or (code - 128 if code is not None and 128 < code < 128 + 65 else 0)
    return -by if by > 0 else code


def _signal(by: int) -> str:
    try:
        return f"signal {by} ({signal.Signals(by).name})"
    except ValueError:
        return f"signal {by}"


def _seconds(limit: int | None) -> str:
    return f"its {limit} s" if limit is not None else "it may"


def _said(thing: Any) -> str:
    message = brief(text(thing, "message"))
    return f": {message}" if message else ""
