"""What a run that has not begun waits for; the texts are those of Kubernetes 1.30 to 1.34."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.runner.kubernetes.explain import pod_status
from workbench.runner.kubernetes.unschedulable import in_our_words
from workbench.runner.values import Exit

NOW = 1_764_000_000.0
NEVER = "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."


def ago(seconds: float) -> str:
    return datetime.fromtimestamp(NOW - seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def job(*conditions: dict[str, Any], age_s: float = 10) -> dict[str, Any]:
    return {"metadata": {"name": "run-1", "creationTimestamp": ago(age_s)}, "status": {"conditions": list(conditions)}}


def said(kind: str, reason: str = "", message: str = "", status: str = "True", **more: Any) -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": reason, "message": message, **more}


def pending(*conditions: dict[str, Any], state: dict[str, Any] | None = None, node: str = "node-1") -> dict[str, Any]:
    states = [{"name": "runner", "state": state}] if state else []
    return {
        "metadata": {"name": "run-1-x7k2p", "creationTimestamp": ago(300)},
        "spec": {"containers": [{"name": "runner", "image": "runner:2"}], **({"nodeName": node} if node else {})},
        "status": {"phase": "Pending", "conditions": list(conditions), "containerStatuses": states},
    }


def unscheduled(message: str, reason: str = "Unschedulable") -> dict[str, Any]:
    return pending(said("PodScheduled", reason, message, "False"), node="")


def starting(reason: str, message: str = "", *, since_s: float = 10, network: bool = False) -> dict[str, Any]:
    return pending(
        said("PodScheduled", lastTransitionTime=ago(since_s)),
        said("PodReadyToStartContainers", status=str(network)),
        state={"waiting": {"reason": reason, "message": message}},
    )


def complaint(message: str, age_s: float = 1, kind: str = "Warning") -> dict[str, Any]:
    return {"type": kind, "reason": "FailedCreate", "message": message, "lastTimestamp": ago(age_s)}


def exit_of(job: Any, pod: Any = None, **more: Any) -> Exit:
    found = pod_status(job, pod, now=NOW, target="npu", **more)
    assert (found.state, found.waiting_for) == ("exited", None), found
    assert found.exit is not None
    assert found.exit.detail.endswith("."), found
    return found.exit


def waits(job: Any, pod: Any = None, target: str = "npu", **more: Any) -> str:
    found = pod_status(job, pod, now=NOW, target=target, **more)
    assert (found.state, found.exit) == ("waiting", None), found
    return found.waiting_for or ""


# Without a pod.


def test_a_job_without_a_pod_waits_for_one() -> None:
    assert waits(job()) == "a pod"
    assert waits(job(age_s=9999)) == "a pod"


def test_a_suspended_job_waits_to_be_resumed() -> None:
    assert waits(job(said("Suspended", "JobSuspended"))) == "its Kubernetes Job to be resumed"


def test_a_condition_that_does_not_hold_says_nothing() -> None:
    assert waits(job(said("Failed", "BackoffLimitExceeded", status="False"))) == "a pod"


PODS_REFUSED = 'Error creating: pods "run-1-x7k2p" is forbidden: '
UNSAFE = PODS_REFUSED + 'violates PodSecurity "restricted:latest": runAsNonRoot != true'
FULL = PODS_REFUSED + (
    "exceeded quota: gpu, requested: limits.memory=4Gi,pods=1, used: limits.memory=8Gi,pods=2, "
    "limited: limits.memory=10Gi,pods=9"
)
TOO_SMALL = FULL.replace("10Gi", "3Gi")


def test_a_refused_pod_is_waited_for_a_while() -> None:
    assert waits(job(), events=[complaint(UNSAFE)]) == (
        'the cluster to accept its pod: violates PodSecurity "restricted:latest": runAsNonRoot != true'
    )


@pytest.mark.parametrize("message", [UNSAFE, TOO_SMALL, "Error creating: Internal error occurred: no webhook"])
def test_a_pod_refused_for_two_minutes_is_refused(message: str) -> None:
    found = exit_of(job(age_s=121), events=[complaint(message)])

    assert found.reason == "refused"
    assert message.rpartition(": ")[2] in found.detail
    assert "x7k2p" not in found.detail


def test_a_quota_that_other_runs_use_up_is_waited_for_like_a_busy_node() -> None:
    assert waits(job(age_s=9999), events=[complaint(FULL)]) == (
        "the cluster to accept its pod: exceeded quota: gpu, requested: limits.memory=4Gi,pods=1, "
        "limited: limits.memory=10Gi,pods=9"
    )


def test_the_newest_warning_is_told() -> None:
    events = [complaint("old", 60), complaint("Error creating: new", 5), complaint("no warning", 1, "Normal")]

    assert waits(job(), events=events) == "the cluster to accept its pod: new"


# Not on a node yet. The texts are the scheduler's own.


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        ("3 Insufficient npu.intel.com/accel", "a node: 0 of 3 nodes have npu.intel.com/accel free"),
        ("3 Insufficient cpu", "a node: 0 of 3 nodes have enough cpu free"),
        ("3 Insufficient memory", "a node: 0 of 3 nodes have enough memory free"),
        ("3 Insufficient ephemeral-storage", "a node: 0 of 3 nodes have enough disk free"),
        ("3 Too many pods", "a node: 0 of 3 nodes have room for another pod"),
        ("3 node(s) didn't match pod anti-affinity rules", "another measurement on its node to end"),
        ("3 node(s) didn't satisfy existing pods anti-affinity rules", "another measurement on its node to end"),
        (
            "3 node(s) didn't match Pod's node affinity/selector",
            "a node: 0 of 3 nodes have the labels of device type 'npu'",
        ),
        (
            "3 node(s) had untolerated taint {dedicated: ml}",
            "a node: of 3, 3 are kept from other work by the taint {dedicated: ml}",
        ),
        (
            "3 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }",
            "a node: of 3, 3 are kept from other work by the taint {node-role.kubernetes.io/control-plane}",
        ),
        ("3 node(s) had untolerated taint(s)", "a node: of 3, 3 are kept from other work by a taint"),
        ("3 node(s) were unschedulable", "a node: of 3, 3 are cordoned"),
        ("3 node(s) had untolerated taint {node.kubernetes.io/unreachable: }", "a node: of 3, 3 are out of reach"),
        ("3 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }", "a node: of 3, 3 are short of disk"),
    ],
)
def test_what_all_nodes_lack_is_one_clause(reasons: str, expected: str) -> None:
    assert waits(job(), unscheduled(f"0/3 nodes are available: {reasons}. {NEVER}")) == expected
    assert waits(job(), unscheduled(f"0/3 nodes are available: {reasons}.")) == expected


def test_several_lacks_are_told_with_the_most_specific_first() -> None:
    message = (
        "0/9 nodes are available: 1 Insufficient memory, 1 Insufficient npu.intel.com/accel, 1 Too many pods, "
        "1 node(s) had untolerated taint {dedicated: ml}, 2 node(s) didn't match pod anti-affinity rules, "
        "5 node(s) didn't match Pod's node affinity/selector. preemption: 0/9 nodes are available: "
        "1 No preemption victims found for incoming pod, 8 Preemption is not helpful."
    )

    assert waits(job(), unscheduled(message)) == (
        "a node: 0 of 9 nodes have npu.intel.com/accel and enough memory free and room for another pod; "
        "on 2 another measurement has to end; 5 do not have the labels of device type 'npu'; "
        "1 is kept from other work by the taint {dedicated: ml}"
    )


def test_labels_that_some_nodes_lack_are_counted() -> None:
    message = (
        "0/3 nodes are available: 1 node(s) were unschedulable, 2 node(s) didn't match Pod's node affinity/selector."
    )

    assert waits(job(), unscheduled(message)) == (
        "a node: of 3, 2 do not have the labels of device type 'npu'; 1 is cordoned"
    )


def test_another_measurement_comes_before_labels() -> None:
    message = (
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
        "1 node(s) didn't match pod anti-affinity rules."
    )

    assert waits(job(), unscheduled(message)) == (
        "another measurement on its node to end; 1 does not have the labels of device type 'npu'"
    )


def test_work_without_a_device_waits_for_the_labels_of_its_pool() -> None:
    found = unscheduled("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.")

    assert waits(job(), found, target="host") == "a node: 0 of 2 nodes have the labels of the pool 'host'"


def test_what_is_not_recognised_is_told_in_its_first_sentence() -> None:
    message = "0/3 nodes are available: 3 node(s) had volume node affinity conflict. preemption: not eligible."

    assert waits(job(), unscheduled(message)) == (
        "a node: 0/3 nodes are available: 3 node(s) had volume node affinity conflict"
    )


def test_what_is_not_recognised_is_left_out_beside_what_is() -> None:
    message = "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict."

    assert waits(job(), unscheduled(message)) == "a node: 0 of 3 nodes have enough cpu free"


def test_a_cluster_without_nodes_says_so() -> None:
    assert waits(job(), unscheduled("no nodes available to schedule pods")) == "a node: the cluster has none"


def test_a_pod_that_the_scheduler_has_not_seen_waits_for_a_node() -> None:
    assert waits(job(), pending(node="")) == "a node"
    assert waits(None, {}) == "a node"


def test_a_pod_held_back_by_a_gate_says_so() -> None:
    gated = unscheduled("Scheduling is blocked due to non-empty scheduling gates", "SchedulingGated")

    assert waits(job(), gated) == "its pod's scheduling gates to be lifted"


# On its node, not begun.


def test_a_pod_whose_network_is_being_made_waits_for_its_container() -> None:
    assert waits(job(), starting("ContainerCreating")) == "its container on node-1"
    assert waits(job(), starting("ContainerCreating", since_s=9999)) == "its container on node-1"
    assert waits(job(), pending()) == "its container on node-1"


def test_a_pod_with_its_network_waits_for_its_image() -> None:
    assert waits(job(), starting("ContainerCreating", network=True)) == "its image on node-1"


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
def test_an_image_that_cannot_be_pulled_is_waited_for_two_minutes(reason: str) -> None:
    assert waits(job(), starting(reason, "not found", since_s=119)) == f"its image on node-1 ({reason}: not found)"

    found = exit_of(job(), starting(reason, "not found", since_s=121))

    assert found == Exit("image_missing", None, f"The image runner:2 cannot be pulled on node-1: {reason}: not found.")


@pytest.mark.parametrize("reason", ["InvalidImageName", "ErrImageNeverPull"])
def test_an_image_that_can_never_be_there_is_missing_at_once(reason: str) -> None:
    found = exit_of(job(), starting(reason, since_s=1))

    assert found.reason == "image_missing"
    assert "runner:2" in found.detail


@pytest.mark.parametrize("reason", ["CreateContainerConfigError", "CreateContainerError"])
def test_a_container_that_cannot_be_made_is_refused_after_two_minutes(reason: str) -> None:
    message = "container has runAsNonRoot and image will run as root"

    assert waits(job(), starting(reason, message)) == f"its container on node-1 ({reason}: {message})"
    found = exit_of(job(), starting(reason, message, since_s=121))
    assert (found.reason, message in found.detail) == ("refused", True)


@given(st.text())
def test_whatever_the_scheduler_says_nothing_raises(message: str) -> None:
    for text in (message, f"0/3 nodes are available: {message}", f"0/3 nodes are available: 1 {message}"):
        assert waits(job(), unscheduled(text))


@pytest.mark.parametrize(
    ("lacks", "said"),
    [
        ("2 Insufficient npu.intel.com/accel. no new claims to deallocate,", "npu.intel.com/accel free"),
        (
            "2 Insufficient cpu, 2 Insufficient npu.intel.com/accel. no new claims to deallocate,",
            "npu.intel.com/accel and enough cpu free",
        ),
    ],
)
def test_the_schedulers_remark_on_claims_is_not_taken_for_a_resource(lacks: str, said: str) -> None:
    message = f"0/2 nodes are available: {lacks} preemption: 0/2 nodes are available: 2 No preemption victims found."

    assert in_our_words(message, "npu") == f"a node: 0 of 2 nodes have {said}"
