"""Where a run is, told from Kubernetes Jobs and pods as a cluster of 1.30 to 1.34 has them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutation import mutated
from workbench.runner.kubernetes.explain import lost, pod_status
from workbench.runner.remedies import REMEDIES
from workbench.runner.values import Exit, ExitReason, Status

NOW = 1_764_000_000.0


def ago(seconds: float) -> str:
    return datetime.fromtimestamp(NOW - seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def job(*conditions: dict[str, Any], age_s: float = 10, **spec: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "run-1", "creationTimestamp": ago(age_s)},
        "spec": {"backoffLimit": 0, **spec},
        "status": {"conditions": list(conditions)},
    }


def said(kind: str, reason: str = "", message: str = "", status: str = "True", **more: Any) -> dict[str, Any]:
    return {"type": kind, "status": status, "reason": reason, "message": message, **more}


def pod(
    phase: str, *conditions: dict[str, Any], state: dict[str, Any] | None = None, node: str = "node-1", **status: Any
) -> dict[str, Any]:
    container = {"name": "runner", "image": "runner:2", "resources": {"limits": {"cpu": "2", "memory": "4Gi"}}}
    states = [{"name": "runner", "state": state}] if state else []
    return {
        "metadata": {"name": "run-1-x7k2p", "creationTimestamp": ago(300)},
        "spec": {"containers": [container], "activeDeadlineSeconds": 4200, **({"nodeName": node} if node else {})},
        "status": {"phase": phase, "conditions": list(conditions), "containerStatuses": states, **status},
    }


def ended(code: int, why: str = "Error", *conditions: dict[str, Any], **status: Any) -> dict[str, Any]:
    return pod("Failed", *conditions, state={"terminated": {"exitCode": code, "reason": why}}, **status)


def state(job: Any, pod: Any) -> str:
    return pod_status(job, pod, now=NOW, target="npu").state


def exit_of(job: Any, pod: Any = None) -> Exit:
    found = pod_status(job, pod, now=NOW, target="npu")
    assert (found.state, found.waiting_for) == ("exited", None), found
    assert found.exit is not None
    assert found.exit.detail.endswith("."), found
    return found.exit


def test_without_job_and_pod_there_is_no_run() -> None:
    assert pod_status(None, None, now=NOW, target="npu") == Status("absent")


@pytest.mark.parametrize("kind", ["Failed", "FailureTarget"])
@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("DeadlineExceeded", "wall_limit"),
        ("PodFailurePolicy", "crashed"),
        ("BackoffLimitExceeded", "killed"),
        ("FailedCreate", "refused"),
        ("OfAnotherDay", "killed"),
    ],
)
def test_a_job_that_failed_without_a_pod_left_has_exited(kind: str, reason: str, expected: str) -> None:
    found = exit_of(job(said(kind, reason, "Job has reached it.")))

    assert found.reason == expected
    assert reason == "DeadlineExceeded" or "Job has reached it" in found.detail


def test_a_job_that_completed_without_a_pod_left_was_killed() -> None:
    assert exit_of(job(said("Complete", "CompletionsReached"))).reason == "killed"


def test_a_pod_that_runs_runs() -> None:
    assert state(job(), pod("Running", state={"running": {"startedAt": ago(9)}})) == "running"
    assert state(job(), pod("Unknown")) == "running"


def test_a_pod_that_succeeded_without_its_agents_word_was_killed() -> None:
    done = pod("Succeeded", state={"terminated": {"exitCode": 0, "reason": "Completed"}})

    assert exit_of(job(), done) == Exit("killed", 0, "The run's pod on node-1 ended without a word.")


def test_out_of_memory_names_the_limit_and_the_node() -> None:
    assert exit_of(job(), ended(137, "OOMKilled")) == Exit(
        "out_of_memory", -9, "The run needed more than its 4Gi of memory on node-1."
    )


def test_an_eviction_tells_the_nodes_words() -> None:
    message = "The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi. "
    by_kubelet = said("DisruptionTarget", "TerminationByKubelet", message)

    found = exit_of(job(), ended(137, "Error", by_kubelet, reason="Evicted", message=message))

    assert found.reason == "evicted"
    assert "node-1" in found.detail
    assert "low on resource: memory" in found.detail


@pytest.mark.parametrize(
    ("message", "size"),
    [
        ('Usage of EmptyDir volume "data" exceeds the limit "20Gi". ', "20Gi"),
        ("Pod ephemeral local storage usage exceeds the total limit of containers 5Gi. ", "5Gi"),
        ('Container runner exceeded its local ephemeral storage limit "1.5Gi". ', "1.5Gi"),
    ],
)
def test_an_eviction_for_its_own_files_is_a_full_disk(message: str, size: str) -> None:
    found = exit_of(job(), ended(137, "Error", reason="Evicted", message=message))

    assert found == Exit("disk_full", None, f"The run wrote more files than its {size} of disk on node-1 hold.")


def test_a_node_short_of_disk_evicts() -> None:
    message = "The node was low on resource: ephemeral-storage. Threshold quantity: 1Gi, available: 900Mi. "

    assert exit_of(job(), ended(137, "Error", reason="Evicted", message=message)).reason == "evicted"


def test_a_pod_past_its_deadline_met_its_wall_limit() -> None:
    message = "Pod was active on the node longer than the specified deadline"

    assert exit_of(job(), ended(143, "Error", reason="DeadlineExceeded", message=message)) == Exit(
        "wall_limit", None, "The run took longer than its 4200 s on node-1."
    )


def test_a_job_past_its_deadline_met_its_wall_limit() -> None:
    late = job(said("FailureTarget", "DeadlineExceeded"), activeDeadlineSeconds=60)

    assert exit_of(late, ended(143)).reason == "wall_limit"


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (
            "UnexpectedAdmissionError",
            "Allocate failed due to no healthy devices present; cannot allocate unhealthy devices "
            "npu.intel.com/accel, which is unexpected",
        ),
        ("OutOfcpu", "Node didn't have enough resource: cpu, requested: 2000, used: 1500, capacity: 2000"),
        (
            "OutOfnpu.intel.com/accel",
            "Node didn't have enough resource: npu.intel.com/accel, requested: 1, used: 1, capacity: 1",
        ),
        ("NodeAffinity", "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector"),
        ("TopologyAffinityError", "Resources cannot be allocated with Topology locality"),
        ("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS"),
    ],
)
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


@pytest.mark.parametrize(
    ("disruption", "expected"),
    [
        ("TerminationByKubelet", "evicted"),
        ("EvictionByEvictionAPI", "evicted"),
        ("PreemptionByScheduler", "evicted"),
        ("OfAnotherDay", "evicted"),
        ("DeletionByTaintManager", "node_lost"),
        ("DeletionByPodGC", "node_lost"),
    ],
)
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


@pytest.mark.parametrize(
    ("code", "exit_code", "how"),
    [
        (1, 1, "with exit code 1"),
        (128, 128, "with exit code 128"),
        (255, 255, "with exit code 255"),
        (139, -11, "by signal 11 (SIGSEGV)"),
        (137, -9, "by signal 9 (SIGKILL)"),
        (160, -32, "by signal 32"),
    ],
)
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

LACKING = "0/3 nodes are available: 1 Too many pods, 2 Insufficient cpu. preemption: not helpful."
PODS = [
    pod("Pending", said("PodScheduled", "Unschedulable", LACKING, "False"), node=""),
    pod("Pending", said("PodScheduled", lastTransitionTime=ago(500)), state={"waiting": {"reason": "ErrImagePull"}}),
    pod("Running"),
    ended(137, "OOMKilled"),
    ended(1, "Error", said("DisruptionTarget", "DeletionByPodGC"), reason="Evicted", message="low"),
    deleted(100),
]
JOBS = [job(), job(said("Failed", "DeadlineExceeded")), job(said("Suspended")), job(age_s=500)]
EVENTS = [
    {
        "type": "Warning",
        "lastTimestamp": ago(1),
        "message": "Error creating: exceeded quota: gpu, requested: "
        "limits.memory=4Gi,pods=1, used: limits.memory=8Gi,pods=2, limited: limits.memory=10Gi,pods=9",
    }
]


@given(st.none() | mutated(JOBS), st.none() | mutated(PODS), mutated([EVENTS]), st.none() | mutated([node("True")]))
def test_whatever_is_missing_nothing_raises(job: Any, pod: Any, events: Any, of: Any) -> None:
    found = pod_status(job, pod, now=NOW, target="npu", events=events)

    assert (found.exit is not None) == (found.state == "exited")
    assert bool(found.waiting_for) == (found.state == "waiting")
    if pod is not None:
        assert lost(pod, of, now=NOW) in (True, False)


# What a person can do.


def test_every_end_but_a_good_one_has_a_remedy() -> None:
    assert set(REMEDIES) == set(get_args(ExitReason)) - {"finished", "stopped"}


@pytest.mark.parametrize("reason", sorted(REMEDIES))
def test_a_remedy_is_one_sentence_to_follow_a_colon(reason: str) -> None:
    assert REMEDIES[reason].endswith(".")
    assert REMEDIES[reason][0].islower()
    assert "  " not in REMEDIES[reason]
