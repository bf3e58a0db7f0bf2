"""The test cluster is what the tests take it for: its devices, its labels, and what can happen to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cluster.lab.cluster import Cluster
from cluster.lab.devices import GPU, MEASURING, NPU
from cluster.lab.node import PAUSE, Node

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
Run = Callable[..., None]


@pytest.fixture
def run(cluster: Cluster) -> Iterator[Run]:
    """Make a pod of this name that does nothing, on a node, with these resources; it is gone after the test."""
    names: list[str] = []

    def make(name: str, node: str = "", **resources: int) -> None:
        container = {"name": "idle", "image": PAUSE, "imagePullPolicy": "Never", "resources": {"limits": resources}}
        names.append(name)
        where = {"kubernetes.io/hostname": node} if node else {}
        cluster.apply(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": name},
                "spec": {"containers": [container], "nodeSelector": where, "terminationGracePeriodSeconds": 1},
            }
        )

    yield make
    cluster.kubectl("delete", "pod", "--wait", *names)


def pod(cluster: Cluster, name: str) -> dict[str, Any]:
    return cluster.get("pod", name)


def running(cluster: Cluster, name: str) -> Callable[[], bool]:
    return lambda: pod(cluster, name)["status"]["phase"] == "Running"


def heartbeat(cluster: Cluster, node: Node) -> str:
    """When the node last told of itself."""
    return max(each["lastHeartbeatTime"] for each in cluster.get("node", node.name)["status"]["conditions"])


def cpus(cluster: Cluster, name: str) -> set[int]:
    """Which ones the pod may use, of a machine of few."""
    (status,) = pod(cluster, name)["status"]["containerStatuses"]
    identity = status["containerID"].removeprefix("containerd://")
    (path,) = Path("/sys/fs/cgroup/cpuset").glob(f"wbench-*/kubepods/**/{identity}/cpuset.cpus")
    found: set[int] = set()
    for part in path.read_text().strip().split(","):
        first, _, last = part.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def ready(cluster: Cluster, node: Node) -> bool:
    conditions = cluster.get("node", node.name)["status"]["conditions"]
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def test_each_node_has_its_devices_and_one_place_to_measure_in(cluster: Cluster) -> None:
    first, second = (cluster.allocatable(node) for node in cluster.nodes)

    assert (first[GPU], first[MEASURING], second[NPU], second[MEASURING]) == ("1", "1", "1", "1")
    assert NPU not in first
    assert GPU not in second


def test_nodes_are_labelled_by_their_devices(cluster: Cluster) -> None:
    for kind, node in (("gpu", "node-1"), ("npu", "node-2")):
        found = cluster.get("nodes", "-l", f"intel.feature.node.kubernetes.io/{kind}=true")["items"]
        assert [each["metadata"]["name"] for each in found] == [node]


def test_a_pod_that_asks_for_a_device_is_where_it_is_and_the_next_one_waits(cluster: Cluster, run: Run) -> None:
    run("with-gpu", **{GPU: 1})
    cluster.until(running(cluster, "with-gpu"))
    run("waits", **{GPU: 1})
    cluster.until(lambda: pod(cluster, "waits")["status"].get("conditions"))

    assert pod(cluster, "with-gpu")["spec"]["nodeName"] == "node-1"
    (condition,) = pod(cluster, "waits")["status"]["conditions"]
    assert (condition["type"], condition["reason"]) == ("PodScheduled", "Unschedulable")
    assert f"Insufficient {GPU}" in condition["message"]


def test_a_guaranteed_pod_of_whole_cpus_has_them_alone(cluster: Cluster, run: Run) -> None:
    node = cluster.nodes[0]
    run("beside", node.name)
    run("alone", node.name, cpu=1, memory=64 * 2**20)
    cluster.until(running(cluster, "alone"))
    cluster.until(running(cluster, "beside"))

    assert pod(cluster, "alone")["status"]["qosClass"] == "Guaranteed"
    (own,) = cpus(cluster, "alone")
    cluster.until(lambda: own not in cpus(cluster, "beside"), 20)  # the kubelet looks every ten seconds


def test_a_device_plugin_can_go_and_come_back(cluster: Cluster) -> None:
    node = cluster.nodes[1]

    node.devices.stop()
    try:
        cluster.until(lambda: cluster.allocatable(node)[NPU] == "0", 30)
    finally:
        node.devices.start()
    cluster.until(lambda: cluster.allocatable(node)[NPU] == "1", 30)


def test_a_kubelet_that_is_killed_finds_its_containers_and_devices_again(cluster: Cluster, run: Run) -> None:
    node = cluster.nodes[0]
    run("outlives-the-kubelet", **{GPU: 1})
    cluster.until(running(cluster, "outlives-the-kubelet"))

    node.kubelet.kill()
    last = heartbeat(cluster, node)
    node.kubelet.start()

    # Until its plugins have found it again, it turns away whoever asks for a device.
    cluster.until(lambda: heartbeat(cluster, node) != last and cluster.allocatable(node)[MEASURING] == "1", 30)
    run("after-the-kubelet", node.name, **{MEASURING: 1})
    cluster.until(running(cluster, "after-the-kubelet"))
    (status,) = pod(cluster, "outlives-the-kubelet")["status"]["containerStatuses"]
    assert (status["ready"], status["restartCount"]) == (True, 0)


def test_the_api_server_can_be_killed_and_come_back(cluster: Cluster, run: Run) -> None:
    run("before")
    cluster.until(running(cluster, "before"))

    cluster.api_server().kill()
    with pytest.raises(RuntimeError, match="refused"):
        cluster.get("nodes")
    cluster.api_server().start()

    run("after")
    cluster.until(running(cluster, "after"))
    assert pod(cluster, "before")["status"]["containerStatuses"][0]["restartCount"] == 0


def test_a_node_can_be_lost_and_come_back(cluster: Cluster) -> None:
    node = cluster.nodes[1]

    node.cut()
    try:
        cluster.until(lambda: not ready(cluster, node), 60)
    finally:
        node.mend()
    cluster.until(lambda: ready(cluster, node), 60)
