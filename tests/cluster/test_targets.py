"""Runs go to nodes of their device type, one measurement on a node at a time, and say why they wait."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cluster.installation import Release
from cluster.lab.devices import NPU
from cluster.measuring import RUNS, Pods, overlaps

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
Workbench = Callable[..., Any]
SHORT = ("--duration-s", "0.2")


@pytest.fixture(scope="module")
def token(release: Release) -> str:
    return release.token("targets")


@pytest.fixture
def model(workbench: Workbench, token: str, inputs: Path) -> str:
    """Its id."""
    return upload(workbench, token, inputs)


def upload(workbench: Workbench, token: str, inputs: Path) -> str:
    return str(read(workbench(token, "models", "create", inputs / "model.onnx", "--wait", "--json"))["id"])


def read(ended: Any) -> dict[str, Any]:
    assert ended.returncode == 0, ended.stdout
    return dict(json.loads(ended.stdout[ended.stdout.index("{") :]))  # what goes on is told before it


def profile(workbench: Workbench, token: str, model: str, *more: str) -> str:
    return str(read(workbench(token, "profiles", "create", model, *SHORT, *more, "--json"))["id"])


def state(workbench: Workbench, token: str, job: str) -> dict[str, Any]:
    return read(workbench(token, "profiles", "show", job, "--json"))


def test_a_profile_on_a_gpu_node_lands_there_and_says_that_there_is_no_gpu(
    release: Release, workbench: Workbench, token: str, model: str
) -> None:
    with Pods(release.cluster) as pods:
        job = profile(workbench, token, model, "--target", "gpu")
        release.cluster.until(lambda: state(workbench, token, job)["state"] == "failed", 120)

    error = state(workbench, token, job)["error"]
    assert error["type"].endswith("unknown-device")
    assert "GPU" in error["detail"]
    assert error["remedy"]
    assert {span.node for span in pods.spans()} == {"node-1"}


def test_targets_say_how_many_there_are(release: Release, workbench: Workbench, token: str) -> None:
    def listed() -> dict[str, Any]:
        found = json.loads(workbench(token, "targets", "list", "--json").stdout)
        return {target["id"]: target for target in (found["items"] if isinstance(found, dict) else found)}

    release.cluster.until(lambda: listed()["gpu"]["free"] == 1, 60)

    targets = listed()
    assert list(targets) == ["cpu", "gpu", "npu"]
    assert [targets[name]["total"] for name in targets] == [2, 1, 1]
    assert all(target["usable"] for target in targets.values())


def test_a_job_that_waits_for_its_device_says_so_and_can_be_cancelled(
    release: Release, workbench: Workbench, token: str, model: str
) -> None:
    node = release.cluster.nodes[1]
    node.devices.stop()
    try:
        release.cluster.until(lambda: release.cluster.allocatable(node)[NPU] == "0", 60)
        job = profile(workbench, token, model, "--target", "npu")
        why = "0 of 2 nodes have npu.intel.com/accel free"
        release.cluster.until(lambda: why in str(state(workbench, token, job)["waiting_for"]), 60)
        targets = workbench(token, "targets", "list").stdout
        read(workbench(token, "profiles", "cancel", job, "--json"))
    finally:
        node.devices.start()

    release.cluster.until(lambda: state(workbench, token, job)["state"] == "cancelled", 60)
    assert "npu" in targets
    assert release.cluster.get("pods", "-n", RUNS, "-l", f"workbench/job={job}")["items"] == []
    release.cluster.until(lambda: release.cluster.allocatable(node)[NPU] == "1", 60)


def test_a_target_that_there_is_not_is_refused_by_name(workbench: Workbench, token: str, model: str) -> None:
    refused = workbench(token, "profiles", "create", model, "--target", "moon")

    assert refused.returncode != 0
    assert "moon" in refused.stdout
    assert "cpu, gpu, npu" in refused.stdout


def test_measurements_never_overlap_on_a_node_though_dispatcher_pods_and_api_server_are_killed(
    release: Release, workbench: Workbench, token: str, model: str, inputs: Path
) -> None:
    other = release.token("others")
    theirs = upload(workbench, other, inputs)
    cluster = release.cluster

    with Pods(cluster) as pods:
        jobs = [(token, profile(workbench, token, model)) for _ in range(4)]
        jobs += [(other, profile(workbench, other, theirs)) for _ in range(4)]
        cluster.until(lambda: any(state(workbench, *job)["progress"] for job in jobs), 120)
        (dispatcher,) = [pod for pod in release.pods("worker") if "profiler" in pod["metadata"]["name"]]
        cluster.kubectl("delete", "pod", "--grace-period=0", "--force", dispatcher["metadata"]["name"])
        running = cluster.get("pods", "-n", RUNS, "-l", "workbench/measuring=true")["items"]
        cluster.kubectl("delete", "pod", "-n", RUNS, "--wait=false", running[0]["metadata"]["name"])
        cluster.api_server().kill()
        cluster.api_server().start()
        cluster.until(lambda: all(state(workbench, *job)["state"] == "succeeded" for job in jobs), 400)

    assert overlaps(pods.spans()) == []
    assert len(pods.spans()) >= len(jobs)
    assert {span.node for span in pods.spans()} == {"node-1", "node-2"}
