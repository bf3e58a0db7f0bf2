"""Where a run is, told from Kubernetes Jobs and pods as a cluster of 1.30 to 1.34 has them."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbench.runner.kubernetes.explain import lost, pod_status
from workbench.runner.remedies import REMEDIES
from workbench.runner.values import Exit, ExitReason, Status

NOW = 1_764_000_000.0
NEVER = "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."


def ago(seconds: float) -> str:
    return datetime.fromtimestamp(NOW - seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def job(*conditions: dict[str, Any], age_s: float = 10, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "run-1", "creationTimestamp": ago(age_s)}, "spec": {"backoffLimit": 0, **spec},
            "status": {"conditions": list(conditions)}}  # fmt: skip


def said(kind: str, reason: str = "", message: str = "", status: str = "True", **more: Any) -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": reason, "message": message, **more}


def pod(phase: str, *conditions: dict[str, Any], state: dict[str, Any] | None = None, node: str = "node-1",
        **status: Any) -> dict[str, Any]:
    container = {"name": "runner", "image": "runner:2", "resources": {"limits": {"cpu": "2", "memory": "4Gi"}}}
    states = [{"name": "runner", "state": state}] if state else []
    return {
        "metadata": {"name": "run-1-x7k2p", "creationTimestamp": ago(300)},
        "spec": {"containers": [container], "activeDeadlineSeconds": 4200, **({"nodeName": node} if node else {})},
        "status": {"phase": phase, "conditions": list(conditions), "containerStatuses": states, **status},
    }  # fmt: skip


def unscheduled(message: str, reason: str = "Unschedulable") -> dict[str, Any]:
    return pod("Pending", said("PodScheduled", reason, message, "False"), node="")


def starting(reason: str, message: str = "", *, since_s: float = 10, network: bool = False) -> dict[str, Any]:
    return pod("Pending", said("PodScheduled", lastTransitionTime=ago(since_s)),
               said("PodReadyToStartContainers", status=str(network)),
               state={"waiting": {"reason": reason, "message": message}})  # fmt: skip


def ended(code: int, reason: str = "Error", *conditions: dict[str, Any], **status: Any) -> dict[str, Any]:
    return pod("Failed", *conditions, state={"terminated": {"exitCode": code, "reason": reason}}, **status)


def complaint(message: str, age_s: float = 1, kind: str = "Warning") -> dict[str, Any]:
    return {"type": kind, "reason": "FailedCreate", "message": message, "lastTimestamp": ago(age_s)}


def status(job: Any = None, pod: Any = None, target: str = "npu", **more: Any) -> Status:
    return pod_status(job, pod, now=NOW, target=target, **more)


def exit_of(job: Any = None, pod: Any = None, **more: Any) -> Exit:
    found = status(job, pod, **more)
    assert (found.state, found.waiting_for) == ("exited", None), found
    assert found.exit is not None
    assert found.exit.detail.endswith("."), found
    return found.exit


def waits(job: Any = None, pod: Any = None, **more: Any) -> str:
    found = status(job, pod, **more)
    assert (found.state, found.exit) == ("waiting", None), found
    return found.waiting_for or ""


def test_without_job_and_pod_there_is_no_run() -> None:
    assert status() == Status("absent")


# Without a pod.


def test_a_job_without_a_pod_waits_for_one() -> None:
    assert waits(job()) == "a pod"
    assert waits(job(age_s=9999)) == "a pod"


def test_a_suspended_job_waits_to_be_resumed() -> None:
    assert waits(job(said("Suspended", "JobSuspended"))) == "its Kubernetes Job to be resumed"


@pytest.mark.parametrize("kind", ["Failed", "FailureTarget"])
@pytest.mark.parametrize(("reason", "expected"), [
    ("DeadlineExceeded", "wall_limit"), ("PodFailurePolicy", "crashed"), ("BackoffLimitExceeded", "killed"),
    ("FailedCreate", "refused"), ("OfAnotherDay", "killed")])
def test_a_job_that_failed_without_a_pod_left_has_exited(kind: str, reason: str, expected: str) -> None:
    found = exit_of(job(said(kind, reason, "Job has reached it.")))

    assert found.reason == expected
    assert reason == "DeadlineExceeded" or "Job has reached it" in found.detail


def test_a_job_that_completed_without_a_pod_left_was_killed() -> None:
    assert exit_of(job(said("Complete", "CompletionsReached"))).reason == "killed"


def test_a_condition_that_does_not_hold_says_nothing() -> None:
    assert waits(job(said("Failed", "BackoffLimitExceeded", status="False"))) == "a pod"


PODS_REFUSED = 'Error creating: pods "run-1-x7k2p" is forbidden: '
UNSAFE = PODS_REFUSED + 'violates PodSecurity "restricted:latest": runAsNonRoot != true'
FULL = PODS_REFUSED + ("exceeded quota: gpu, requested: limits.memory=4Gi,pods=1, used: limits.memory=8Gi,pods=2, "
                       "limited: limits.memory=10Gi,pods=9")  # fmt: skip
TOO_SMALL = FULL.replace("10Gi", "3Gi")


def test_a_refused_pod_is_waited_for_a_while() -> None:
    assert waits(job(), events=[complaint(UNSAFE)]) == (
        'the cluster to accept its pod: violates PodSecurity "restricted:latest": runAsNonRoot != true')


@pytest.mark.parametrize("message", [UNSAFE, TOO_SMALL, "Error creating: Internal error occurred: no webhook"])
def test_a_pod_refused_for_two_minutes_is_refused(message: str) -> None:
    found = exit_of(job(age_s=121), events=[complaint(message)])

    assert found.reason == "refused"
    assert message.rpartition(": ")[2] in found.detail
    assert "x7k2p" not in found.detail


def test_a_quota_that_other_runs_use_up_is_waited_for_like_a_busy_node() -> None:
    assert "exceeded quota: gpu" in waits(job(age_s=9999), events=[complaint(FULL)])


def test_the_newest_warning_is_told() -> None:
    events = [complaint("old", 60), complaint("Error creating: new", 5), complaint("no warning", 1, "Normal")]

    assert waits(job(), events=events) == "the cluster to accept its pod: new"


# Not on a node yet. The texts are the scheduler's own.


@pytest.mark.parametrize(("reasons", "expected"), [
    ("3 Insufficient npu.intel.com/accel", "a node: 0 of 3 nodes have npu.intel.com/accel free"),
    ("3 Insufficient cpu", "a node: 0 of 3 nodes have enough cpu free"),
    ("3 Insufficient memory", "a node: 0 of 3 nodes have enough memory free"),
    ("3 Insufficient ephemeral-storage", "a node: 0 of 3 nodes have enough disk free"),
    ("3 Too many pods", "a node: 0 of 3 nodes have room for another pod"),
    ("3 node(s) didn't match pod anti-affinity rules", "another measurement on its node to end"),
    ("3 node(s) didn't satisfy existing pods anti-affinity rules", "another measurement on its node to end"),
    ("3 node(s) didn't match Pod's node affinity/selector",
     "a node: 0 of 3 nodes have the labels of device type 'npu'"),
    ("3 node(s) had untolerated taint {dedicated: ml}",
     "a node: of 3, 3 are kept from other work by the taint {dedicated: ml}"),
    ("3 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }",
     "a node: of 3, 3 are kept from other work by the taint {node-role.kubernetes.io/control-plane}"),
    ("3 node(s) had untolerated taint(s)", "a node: of 3, 3 are kept from other work by a taint"),
    ("3 node(s) were unschedulable", "a node: of 3, 3 are cordoned"),
    ("3 node(s) had untolerated taint {node.kubernetes.io/unreachable: }", "a node: of 3, 3 are out of reach"),
    ("3 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }", "a node: of 3, 3 are short of disk"),
])  # fmt: skip
def test_what_all_nodes_lack_is_one_clause(reasons: str, expected: str) -> None:
    assert waits(job(), unscheduled(f"0/3 nodes are available: {reasons}. {NEVER}")) == expected
    assert waits(job(), unscheduled(f"0/3 nodes are available: {reasons}.")) == expected


def test_several_lacks_are_told_with_the_most_specific_first() -> None:
    message = ("0/9 nodes are available: 1 Insufficient memory, 1 Insufficient npu.intel.com/accel, 1 Too many pods, "
               "1 node(s) had untolerated taint {dedicated: ml}, 2 node(s) didn't match pod anti-affinity rules, "
               "5 node(s) didn't match Pod's node affinity/selector. preemption: 0/9 nodes are available: "
               "1 No preemption victims found for incoming pod, 8 Preemption is not helpful for scheduling.")  # fmt: skip

    assert waits(job(), unscheduled(message)) == (
        "a node: 0 of 9 nodes have npu.intel.com/accel and enough memory free and room for another pod; "
        "on 2 another measurement has to end; 5 do not have the labels of device type 'npu'; "
        "1 is kept from other work by the taint {dedicated: ml}")


def test_labels_that_some_nodes_lack_are_counted() -> None:
    message = ("0/3 nodes are available: 1 node(s) were unschedulable, "
               "2 node(s) didn't match Pod's node affinity/selector.")  # fmt: skip

    assert waits(job(), unscheduled(message)) == (
        "a node: of 3, 2 do not have the labels of device type 'npu'; 1 is cordoned")


def test_another_measurement_comes_before_labels() -> None:
    message = ("0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, "
               "1 node(s) didn't match pod anti-affinity rules.")  # fmt: skip

    assert waits(job(), unscheduled(message)) == (
        "another measurement on its node to end; 1 do not have the labels of device type 'npu'")


def test_work_without_a_device_waits_for_the_labels_of_its_pool() -> None:
    message = "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector."

    assert waits(job(), unscheduled(message), target="host") == "a node: 0 of 1 nodes have the labels of the pool 'host'"


def test_what_is_not_recognised_is_told_in_its_first_sentence() -> None:
    message = "0/3 nodes are available: 3 node(s) had volume node affinity conflict. preemption: not eligible."

    assert waits(job(), unscheduled(message)) == (
        "a node: 0/3 nodes are available: 3 node(s) had volume node affinity conflict")


def test_what_is_not_recognised_is_left_out_beside_what_is() -> None:
    message = "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had volume node affinity conflict."

    assert waits(job(), unscheduled(message)) == "a node: 0 of 3 nodes have enough cpu free"


def test_a_cluster_without_nodes_says_so() -> None:
    assert waits(job(), unscheduled("no nodes available to schedule pods")) == "a node: the cluster has none"


def test_a_pod_that_the_scheduler_has_not_seen_waits_for_a_node() -> None:
    assert waits(job(), pod("Pending", node="")) == "a node"
    assert waits(None, {}) == "a node"


def test_a_pod_held_back_by_a_gate_says_so() -> None:
    gated = unscheduled("Scheduling is blocked due to non-empty scheduling gates", "SchedulingGated")

    assert waits(job(), gated) == "its pod's scheduling gates to be lifted"


# On its node, not begun.


def test_a_pod_whose_network_is_being_made_waits_for_its_container() -> None:
    assert waits(job(), starting("ContainerCreating")) == "its container on node-1"
    assert waits(job(), starting("ContainerCreating", since_s=9999)) == "its container on node-1"
    assert waits(job(), pod("Pending")) == "its container on node-1"


def test_a_pod_with_its_network_waits_for_its_image() -> None:
    assert waits(job(), starting("ContainerCreating", network=True)) == "its image on node-1"


@pytest.mark.parametrize("reason", ["ErrImagePull", "ImagePullBackOff"])
def test_an_image_that_cannot_be_pulled_is_waited_for_two_minutes(reason: str) -> None:
    assert waits(job(), starting(reason, "not found", since_s=119)) == f"its image on node-1 ({reason}: not found)"

    found = exit_of(job(), starting(reason, "not found", since_s=121))

    assert found == Exit("image_missing", None,
                         f"The image runner:2 cannot be pulled on node-1: {reason}: not found.")  # fmt: skip


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


# Running, ended.


def test_a_pod_that_runs_runs() -> None:
    assert status(job(), pod("Running", state={"running": {"startedAt": ago(9)}})) == Status("running")
    assert status(job(), pod("Unknown")) == Status("running")


def test_a_pod_that_succeeded_without_its_agents_word_was_killed() -> None:
    done = pod("Succeeded", state={"terminated": {"exitCode": 0, "reason": "Completed"}})

    assert exit_of(job(), done) == Exit("killed", 0, "The run's pod on node-1 ended without a word.")


def test_out_of_memory_names_the_limit_and_the_node() -> None:
    assert exit_of(job(), ended(137, "OOMKilled")) == Exit(
        "out_of_memory", -9, "The run needed more than its 4Gi of memory on node-1.")


def test_an_eviction_tells_the_nodes_words() -> None:
    message = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. "
    by_kubelet = said("DisruptionTarget", "TerminationByKubelet", message)

    found = exit_of(job(), ended(137, "Error", by_kubelet, reason="Evicted", message=message))

    assert found.reason == "evicted"
    assert "node-1" in found.detail
    assert "low on resource: memory" in found.detail


@pytest.mark.parametrize(("message", "size"), [
    ('Usage of EmptyDir volume "data" exceeds the limit "20Gi". ', "20Gi"),
    ("Pod ephemeral local storage usage exceeds the total limit of containers 5Gi. ", "5Gi"),
    ('Container runner exceeded its local ephemeral storage limit "1.5Gi". ', "1.5Gi")])
def test_an_eviction_for_its_own_files_is_a_full_disk(message: str, size: str) -> None:
    found = exit_of(job(), ended(137, "Error", reason="Evicted", message=message))

    assert found == Exit("disk_full", None, f"The run wrote more files than its {size} of disk on node-1 hold.")


def test_a_node_short_of_disk_evicts() -> None:
    message = "The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 900Mi. "

    assert exit_of(job(), ended(137, "Error", reason="Evicted", message=message)).reason == "evicted"


def test_a_pod_past_its_deadline_met_its_wall_limit() -> None:
    message = "Pod was active on the node longer than the specified deadline"

    assert exit_of(job(), ended(143, "Error", reason="DeadlineExceeded", message=message)) == Exit(
        "wall_limit", None, "The run took longer than its 4200 s on node-1.")


def test_a_job_past_its_deadline_met_its_wall_limit() -> None:
    late = job(said("FailureTarget", "DeadlineExceeded"), activeDeadlineSeconds=60)

    assert exit_of(late, ended(143)).reason == "wall_limit"


@pytest.mark.parametrize(("reason", "message"), [
    ("UnexpectedAdmissionError", "Allocate failed due to no healthy devices present; cannot allocate unhealthy devices "
                                 "npu.intel.com/accel, which is unexpected"),
    ("OutOfcpu", "Node didn't have enough resource: cpu, requested: 2000, used: 1500, capacity: 2000"),
    ("OutOfnpu.intel.com/accel", "Node didn't have enough resource: npu.intel.com/accel, requested: 1, used: 1, "
                                 "capacity: 1"),
    ("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"),
    ("TopologyAffinityError", "Resources cannot be allocated with Topology locality"),
    ("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS")])  # fmt: skip
def test_a_node_that_does_not_take_the_pod_tells_why(reason: str, message: str) -> None:
    found = exit_of(job(), pod("Failed", reason=reason, message=message))

    assert found.reason == "not_admitted"
    assert message.rstrip(".") in found.detail
    assert "node-1" in found.detail


@pytest.mark.parametrize("reason", ["Terminated", "NodeShutdown"])
def test_a_node_that_shuts_down_evicts(reason: str) -> None:
    assert exit_of(job(), pod("Failed", reason=reason)).reason == "evicted"
    assert exit_of(job(), ended(143, "Error", reason=reason)).reason == "evicted"


def test_a_pod_that_makes_way_for_a_critical_one_is_evicted() -> None:
    found = ended(137, "Error", reason="Preempting", message="Preempted in order to admit critical pod")

    assert exit_of(job(), found).reason == "evicted"


@pytest.mark.parametrize(("disruption", "expected"), [
    ("TerminationByKubelet", "evicted"), ("EvictionByEvictionAPI", "evicted"), ("PreemptionByScheduler", "evicted"),
    ("OfAnotherDay", "evicted"), ("DeletionByTaintManager", "node_lost"), ("DeletionByPodGC", "node_lost")])
def test_a_disruption_tells_who_took_the_pod_away(disruption: str, expected: str) -> None:
    found = exit_of(job(), ended(143, "Error", said("DisruptionTarget", disruption, "words")))

    assert found.reason == expected
    assert "node-1" in found.detail


def test_memory_is_the_reason_even_when_a_drain_came_too() -> None:
    drained = ended(137, "OOMKilled", said("DisruptionTarget", "EvictionByEvictionAPI"))

    assert exit_of(job(), drained).reason == "out_of_memory"


def test_a_disruption_that_did_not_come_says_nothing() -> None:
    spared = ended(1, "Error", said("DisruptionTarget", "PreemptionByScheduler", status="False"))

    assert exit_of(job(), spared).reason == "crashed"


def test_a_lost_node_is_told() -> None:
    lost_pod = pod("Failed", reason="NodeLost", message="Node node-1 which was running pod run-1 is unresponsive")

    assert exit_of(job(), lost_pod).reason == "node_lost"


@pytest.mark.parametrize(("code", "reason"), [(137, "ContainerStatusUnknown"), (255, "Unknown")])
def test_a_node_that_started_anew_has_lost_the_run(code: int, reason: str) -> None:
    assert exit_of(job(), ended(code, reason)).reason == "node_lost"


@pytest.mark.parametrize(("code", "exit_code", "how"), [
    (1, 1, "with exit code 1"), (128, 128, "with exit code 128"), (255, 255, "with exit code 255"),
    (139, -11, "by signal 11 (SIGSEGV)"), (137, -9, "by signal 9 (SIGKILL)"), (160, -32, "by signal 32")])
def test_any_other_end_is_a_crash_with_its_code(code: int, exit_code: int, how: str) -> None:
    assert exit_of(job(), ended(code)) == Exit("crashed", exit_code, f"The run crashed on node-1 {how}.")


def test_a_container_that_could_not_start_tells_its_runtimes_words() -> None:
    unstarted = pod("Failed", state={"terminated": {"exitCode": 128, "reason": "StartError", "message": "no python"}})

    assert exit_of(job(), unstarted).detail == "The run crashed on node-1 with exit code 128: no python."


def test_a_deleted_pod_was_killed() -> None:
    deleted = ended(143)
    deleted["metadata"]["deletionTimestamp"] = ago(5)

    assert exit_of(job(), deleted) == Exit("killed", -15, "The run's pod on node-1 was deleted.")


def test_a_failed_pod_that_says_nothing_was_killed() -> None:
    assert exit_of(job(), pod("Failed")).reason == "killed"


# Nobody there to end it.


def node(ready: str | None) -> dict[str, Any]:
    return {"status": {"conditions": [said("Ready", status=ready)] if ready else []}}


def deleted(over_s: float) -> dict[str, Any]:
    """A pod whose grace period was over so long ago."""
    found = pod("Running")
    found["metadata"] |= {"deletionTimestamp": ago(over_s), "deletionGracePeriodSeconds": 30}
    return found


@pytest.mark.parametrize("silent", [None, node("Unknown"), node("False"), node(None)])
def test_a_pod_overdue_on_a_node_that_does_not_answer_is_lost(silent: dict[str, Any] | None) -> None:
    assert lost(deleted(31), silent, now=NOW)
    assert not lost(deleted(29), silent, now=NOW)
    assert not lost(deleted(-20), silent, now=NOW)


def test_a_pod_on_a_node_that_answers_is_not_lost() -> None:
    assert not lost(deleted(9999), node("True"), now=NOW)


def test_a_pod_that_nobody_deleted_is_not_lost() -> None:
    assert not lost(pod("Running"), None, now=NOW)


# Whatever comes.

PODS = [unscheduled(f"0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu. {NEVER}"), starting("ErrImagePull"),
        starting("CreateContainerError", since_s=500), pod("Running"), ended(137, "OOMKilled"), deleted(100),
        ended(1, "Error", said("DisruptionTarget", "DeletionByPodGC"), reason="Evicted", message="low")]  # fmt: skip
JOBS = [job(), job(said("Failed", "DeadlineExceeded")), job(said("Suspended")), job(age_s=500)]
EVENTS = [complaint(FULL), complaint(UNSAFE)]
JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just([]) | st.just({})


@st.composite
def mutated(draw: st.DrawFn, wholes: list[Any]) -> Any:
    """One of these with some part replaced by anything, or gone."""
    whole = copy.deepcopy(draw(st.sampled_from(wholes)))
    for _ in range(draw(st.integers(0, 3))):
        place = whole
        while isinstance(place, dict | list) and place:
            step = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
            if not isinstance(place[step], dict | list) or draw(st.booleans()):
                if draw(st.booleans()):
                    place[step] = draw(JUNK)
                else:
                    del place[step]
                break
            place = place[step]
    return whole


@given(job=st.none() | mutated(JOBS), pod=st.none() | mutated(PODS), events=mutated([EVENTS]), of=mutated([node("True")]))
def test_whatever_is_missing_nothing_raises(job: Any, pod: Any, events: Any, of: Any) -> None:
    found = status(job, pod, events=events)

    assert (found.exit is not None) == (found.state == "exited")
    assert bool(found.waiting_for) == (found.state == "waiting")
    if pod is not None:
        assert lost(pod, of, now=NOW) in (True, False)


@given(st.text())
def test_whatever_the_scheduler_says_nothing_raises(message: str) -> None:
    for text in (message, f"0/3 nodes are available: {message}", f"0/3 nodes are available: 1 {message}"):
        assert waits(job(), unscheduled(text))


# What a person can do.


def test_every_end_but_a_good_one_has_a_remedy() -> None:
    assert set(REMEDIES) == set(get_args(ExitReason)) - {"finished", "stopped"}


@pytest.mark.parametrize("reason", sorted(REMEDIES))
def test_a_remedy_is_one_sentence_to_follow_a_colon(reason: str) -> None:
    assert REMEDIES[reason].endswith(".")
    assert REMEDIES[reason][0].islower()
    assert "  " not in REMEDIES[reason]
