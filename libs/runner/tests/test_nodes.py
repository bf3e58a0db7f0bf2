"""Which targets a cluster has, counted from nodes and pods as it lists them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutation import mutated
from workbench.runner.kubernetes.nodes import targets_of
from workbench.runner.pools import Pools, pools_of

NPU = "npu.intel.com/accel"
LABELS = {"intel.feature.node.kubernetes.io/npu": "true"}
UNREACHABLE = {"key": "node.kubernetes.io/unreachable", "effect": "NoSchedule"}


def pools(**changes: Any) -> Pools:
    """With one device type, ``npu``; with resource="" one whose unit is the node."""
    npu = {"device": "NPU", "resource": NPU, "nodeSelector": LABELS, "cpu": 2, "memory": "4Gi"} | changes
    return pools_of({"namespace": "runners", "release": "wb", "image": "runner:2", "deviceTypes": {"npu": npu}})


def node(
    name: str = "node-1",
    *,
    ready: str = "True",
    cordoned: bool = False,
    offers: int = 1,
    has: int | None = None,
    labels: dict[str, str] = LABELS,
    taints: tuple[dict[str, str], ...] = (),
    cpu: str = "7910m",
    memory: str = "32500920Ki",
) -> dict[str, Any]:
    """``offers``: allocatable, ``has``: capacity, the same unless given."""
    return {
        "metadata": {"name": name, "labels": {"kubernetes.io/hostname": name, "kubernetes.io/arch": "amd64", **labels}},
        "spec": {"taints": list(taints), **({"unschedulable": True} if cordoned else {})},
        "status": {
            "capacity": {"cpu": "8", "memory": "32600000Ki", NPU: str(offers if has is None else has)},
            "allocatable": {"cpu": cpu, "memory": memory, NPU: str(offers)},
            "conditions": [{"type": "MemoryPressure", "status": "False"}, {"type": "Ready", "status": ready}],
        },
    }


def pod(
    on: str | None = "node-1", phase: str = "Running", npus: int = 1, measuring: bool = True, alone: str | None = None
) -> dict[str, Any]:
    """``alone``: what a measurement has for itself; None: of a release that did not say."""
    labels = {"workbench/measuring": "true"} if measuring else {}
    labels |= {"workbench/alone": alone} if alone else {}
    resources = {"requests": {"cpu": "2", NPU: str(npus)}, "limits": {"cpu": "2", NPU: str(npus)}}
    return {
        "metadata": {"name": "run-1-x7k2p", "labels": labels},
        "spec": {"containers": [{"resources": resources}]} | ({"nodeName": on} if on else {}),
        "status": {"phase": phase},
    }


def target(*nodes: dict[str, Any], pods: tuple[dict[str, Any], ...] = (), **changes: Any) -> dict[str, Any]:
    found = targets_of(pools(**changes), nodes, pods)
    assert [each["id"] for each in found] == ["npu"]
    return found[0]


def counts(found: dict[str, Any]) -> tuple[int, int, int, int]:
    return found["total"], found["free"], found["busy"], found["broken"]


def why(*nodes: dict[str, Any], **changes: Any) -> str:
    found = target(*nodes, **changes)
    assert not found["usable"]
    assert found["free"] == 0
    return str(found["reason"])


def test_a_target_tells_what_a_run_gets_there() -> None:
    found = target(node())

    assert found | {"nodes": []} == {
        "id": "npu",
        "name": "npu",
        "device": "NPU",
        "resource": NPU,
        "total": 1,
        "free": 1,
        "unused": 1,
        "busy": 0,
        "broken": 0,
        "usable": True,
        "reason": None,
        "nodes": [],
        "alone": "node",
        "cpu": 2,
        "memory": "4Gi",
    }


def test_a_node_is_told_with_the_labels_of_node_feature_discovery() -> None:
    prefix = "feature.node.kubernetes.io/cpu-model."
    model = {f"{prefix}vendor_id": "Intel", f"{prefix}id": "183"}

    assert target(node(labels=LABELS | model))["nodes"] == [
        {
            "name": "node-1",
            "ready": True,
            "schedulable": True,
            "offers": 1,
            "in_use": 0,
            "free": 1,
            "arch": "amd64",
            "cores": 7.91,
            "memory_bytes": 32500920 << 10,
            "disk_bytes": None,
            "cpu_model": {"vendor_id": "Intel", "id": "183"},
            "reason": None,
        }
    ]


def test_device_types_keep_their_order() -> None:
    document = {
        "namespace": "r",
        "release": "w",
        "image": "i",
        "deviceTypes": {"npu": {"device": "NPU"}, "cpu": {"device": "CPU"}, "gpu": {"device": "GPU"}},
    }

    assert [each["id"] for each in targets_of(pools_of(document), [], [])] == ["npu", "cpu", "gpu"]


# Counting the resource.


def test_units_of_all_nodes_are_added() -> None:
    nodes = [node("b", offers=2), node("a", offers=3), node("other", labels={})]

    found = target(*nodes, pods=(pod("b"), pod("a", npus=2)))

    assert counts(found) == (5, 0, 3, 0)
    assert found["unused"] == 2
    assert [(each["name"], each["offers"], each["in_use"]) for each in found["nodes"]] == [("a", 3, 2), ("b", 2, 1)]


def test_other_peoples_pods_use_devices_too() -> None:
    assert counts(target(node(), pods=(pod(measuring=False),))) == (1, 0, 1, 0)


@pytest.mark.parametrize("phase", ["Pending", "Running", "Unknown"])
def test_a_pod_on_a_node_uses_its_device_until_it_has_ended(phase: str) -> None:
    assert counts(target(node(), pods=(pod(phase=phase),))) == (1, 0, 1, 0)


@pytest.mark.parametrize("done", [pod(phase="Succeeded"), pod(phase="Failed"), pod(on=None, phase="Pending")])
def test_a_pod_that_has_ended_or_has_no_node_uses_nothing(done: dict[str, Any]) -> None:
    assert counts(target(node(), pods=(done,))) == (1, 1, 0, 0)


def test_init_containers_run_before_the_others_and_not_beside_them() -> None:
    found = pod()
    found["spec"]["initContainers"] = [{"resources": {"limits": {NPU: "2"}}}, {"resources": {}}]

    assert target(node(offers=4), pods=(found,))["busy"] == 2


def test_what_the_device_plugin_reports_as_broken_is_broken() -> None:
    assert counts(target(node(offers=1, has=3))) == (3, 1, 0, 2)


def test_a_broken_device_in_use_is_broken_and_free_is_never_negative() -> None:
    found = target(node(offers=1, has=2), pods=(pod(npus=2),))

    assert counts(found) == (2, 0, 1, 1)
    assert found["nodes"][0]["in_use"] == 2


def test_everything_on_a_node_that_does_not_answer_is_broken() -> None:
    found = target(node("a"), node("b", ready="Unknown", offers=2, taints=(UNREACHABLE,)), pods=(pod("b"),))

    assert counts(found) == (3, 1, 0, 2)
    assert found["usable"]
    assert found["nodes"][1]["reason"] == "it does not answer"


def test_a_cordoned_node_counts_and_has_nothing_free() -> None:
    found = target(node("a"), node("b", cordoned=True, offers=3), pods=(pod("b"),))

    assert counts(found) == (4, 1, 1, 0)
    assert (found["nodes"][1]["schedulable"], found["nodes"][1]["reason"]) == (False, "it is cordoned")


@pytest.mark.parametrize(
    ("alone", "pods", "free"),
    [
        ("node", (), 1),
        ("node", (pod(measuring=False),), 1),
        ("node", (pod(alone="node"),), 0),
        ("node", (pod(alone="device"),), 0),
        ("device", (), 8),
        ("device", (pod(measuring=False),), 7),
        ("device", (pod(alone="device"), pod(alone="device")), 6),
        ("device", (pod(alone="node"),), 0),
        ("device", (pod(),), 0),
    ],
)
def test_free_is_what_the_scheduler_would_give_to_measurements(
    alone: str, pods: tuple[dict[str, Any], ...], free: int
) -> None:
    found = target(node(offers=8, cpu="32", memory="64Gi"), pods=pods, alone=alone)

    assert (found["free"], found["alone"]) == (free, alone)
    assert found["nodes"][0]["free"] == free
    assert (found["unused"], found["busy"]) == (8 - len(pods), len(pods))


def test_no_more_are_free_than_the_nodes_cores_and_memory_hold() -> None:
    there = (pod(alone="device"),)

    assert target(node(offers=8, cpu="7"), pods=there, alone="device")["free"] == 2
    assert target(node(offers=8, cpu="32", memory="9Gi"), pods=there, alone="device")["free"] == 2
    assert target(node(offers=8, cpu="3"), pods=(pod(measuring=False),))["free"] == 0


# Counting nodes.


def test_without_a_resource_a_node_is_busy_while_it_measures() -> None:
    found = target(
        node("a"), node("b"), node("c"), resource="", pods=(pod("a"), pod("b", measuring=False), pod("c", "Succeeded"))
    )

    assert found["resource"] is None
    assert counts(found) == (3, 2, 1, 0)
    assert [each["in_use"] for each in found["nodes"]] == [1, 0, 0]


def test_two_measurements_on_one_node_make_it_busy_once() -> None:
    assert counts(target(node(), resource="", pods=(pod(), pod(phase="Pending")))) == (1, 0, 1, 0)


def test_without_a_selector_every_node_will_do() -> None:
    assert counts(target(node("a", labels={}), node("b"), resource="", nodeSelector={})) == (2, 2, 0, 0)


# Reasons.


def test_no_node_with_the_labels_names_them() -> None:
    assert why(node(labels={"intel.feature.node.kubernetes.io/npu": "false"})) == (
        "no node has the labels intel.feature.node.kubernetes.io/npu=true"
    )
    assert why(nodeSelector={}) == "the cluster has no nodes"


def test_nodes_that_offer_no_device_hint_at_the_plugin() -> None:
    assert why(node(offers=0)) == "no node offers npu.intel.com/accel: is its device plugin running?"


def test_devices_that_are_all_broken_are_told() -> None:
    assert why(node(offers=0, has=2)) == "every npu.intel.com/accel is reported as broken"


def test_nodes_that_are_not_ready_are_counted() -> None:
    assert why(node("a", ready="False"), node("b", ready="Unknown")) == "its 2 nodes are not Ready"
    assert why(node(ready="False")) == "its only node is not Ready"


def test_cordoned_nodes_are_told() -> None:
    assert why(node("a", cordoned=True), node("b", cordoned=True)) == "every node is cordoned"


TAINT = {"key": "dedicated", "value": "ml", "effect": "NoSchedule"}


def test_a_node_kept_for_other_work_is_not_counted() -> None:
    assert why(node(taints=(TAINT,))) == "node-1: it is kept from other work by the taint {dedicated: ml}"
    found = target(node(taints=(TAINT,)), node("b"))
    assert counts(found) == (1, 1, 0, 0)
    assert (found["nodes"][1]["offers"], found["nodes"][1]["schedulable"]) == (0, False)


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "dedicated", "operator": "Equal", "value": "ml", "effect": "NoSchedule"},
        {"key": "dedicated", "value": "ml"},
        {"key": "dedicated", "operator": "Exists"},
        {"operator": "Exists"},
    ],
)
def test_a_tolerated_taint_keeps_nothing_away(toleration: dict[str, str]) -> None:
    assert target(node(taints=(TAINT,)), tolerations=[toleration])["free"] == 1


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "dedicated", "value": "db"},
        {"key": "other", "operator": "Exists"},
        {"key": "dedicated"},
        {"key": "dedicated", "operator": "Exists", "effect": "NoExecute"},
    ],
)
def test_another_toleration_does_not_help(toleration: dict[str, str]) -> None:
    assert target(node(taints=(TAINT,)), tolerations=[toleration])["free"] == 0


def test_a_taint_that_only_asks_keeps_nothing_away() -> None:
    assert target(node(taints=(TAINT | {"effect": "PreferNoSchedule"},)))["free"] == 1


def test_a_node_short_of_disk_still_counts() -> None:
    found = target(node(taints=({"key": "node.kubernetes.io/disk-pressure", "effect": "NoSchedule"},)))

    assert counts(found) == (1, 0, 0, 0)
    assert found["reason"] == "node-1: it is short of disk"


def test_a_node_that_is_too_small_for_any_run_says_so() -> None:
    assert why(node(cpu="1900m")) == "node-1: it has 1.9 cores for pods, a run needs 2"
    assert why(node(memory="3Gi")) == "node-1: it has 3.0Gi of memory for pods, a run needs 4Gi"
    assert target(node(cpu="2", memory="4Gi"))["usable"]


def test_nodes_that_fail_differently_are_told_one_by_one() -> None:
    small = [node("d", cpu="1"), node("e", cpu="1")]
    nodes = [node("a", cordoned=True), node("b", ready="False"), node("c", offers=0), *small]

    assert why(*nodes) == (
        "a: it is cordoned; b: it is not Ready; "
        "c: it does not offer npu.intel.com/accel: is its device plugin running?; and 2 more"
    )


def test_one_good_node_is_enough_even_while_it_is_busy() -> None:
    found = target(node("a"), node("b", ready="False"), pods=(pod("a"),))

    assert (found["usable"], found["reason"], found["free"]) == (True, None, 0)


# Whatever comes.


@given(
    mutated([node(taints=(TAINT,))]), mutated([node("b", cordoned=True)]), mutated([pod()]), st.sampled_from([NPU, ""])
)
def test_whatever_is_missing_nothing_raises(first: Any, second: Any, run: Any, resource: str) -> None:
    found = target(first, second, node("c"), pods=(run, pod("c")), resource=resource)

    total, free, busy, broken = counts(found)
    assert min(free, busy, broken) >= 0
    assert free + busy + broken <= total
    assert found["usable"] == (found["reason"] is None)
