"""Runs as pods of their own: what services and workers are told of them, and what their pods may reach."""

from __future__ import annotations

import json

import pytest
from workbench.runner.pools import DeviceType, Pools, pools_of

from chart.rendering import VARIANTS, Manifest, Render, of_kind, pods_of


def pools_in(manifests: list[Manifest]) -> Pools:
    """The document as services and workers read it."""
    return pools_of(json.loads(of_kind(manifests, "ConfigMap")["wb-pools"]["data"]["pools.json"]))


def test_the_default_device_types_are_ready_for_the_usual_device_plugins(render: Render) -> None:
    pools = pools_in(render())

    assert (pools.namespace, pools.release, pools.image) == ("lab-runners", "wb", "docker.io/workbench/runner:0.1.0")
    assert {name: (kind.device, kind.resource) for name, kind in pools.deviceTypes.items()} == {
        "cpu": ("CPU", ""),
        "gpu": ("GPU", "gpu.intel.com/i915"),
        "npu": ("NPU", "npu.intel.com/accel"),
    }
    assert pools.deviceTypes["gpu"].nodeSelector == {"intel.feature.node.kubernetes.io/gpu": "true"}


def test_device_types_are_changed_added_and_removed_one_by_one(render: Render) -> None:
    pools = pools_in(render(VARIANTS["everything"]))

    assert sorted(pools.deviceTypes) == ["cpu", "gpu", "vpu"]
    assert pools.deviceTypes["gpu"].resource == "gpu.intel.com/xe"
    assert pools.deviceTypes["gpu"].nodeSelector == {"intel.feature.node.kubernetes.io/gpu": "true"}
    assert pools.deviceTypes["vpu"] == DeviceType(
        "vpu",
        "MYRIAD",
        {"example.com/ncs2": "true"},
        ({"key": "ncs2", "operator": "Exists"},),
        "workbench.dev/ncs2",
        1,
        "2Gi",
        "registry.example.com/team/runner-2022.3:9",
        alone="device",
        supplementalGroups=(44, 109),
        env={"OV_VPU_LOG_LEVEL": "1"},
    )
    assert pools.image == "registry.example.com/team/runner:9"
    assert pools.pullSecrets == ({"name": "registry"},)


@pytest.mark.parametrize("variant", ["defaults", "small", "everything"])
def test_every_service_and_worker_reads_them_and_starts_anew_when_they_change(render: Render, variant: str) -> None:
    manifests = render(VARIANTS[variant])
    # Neither of the two plans or starts a run.
    deployments = of_kind(manifests, "Deployment").keys() - {"wb-gateway", "wb-console"}

    told = {name for name, pod in pods_of(manifests) if "checksum/pools" in pod["metadata"].get("annotations", {})}

    assert told == deployments
    for name, pod in pods_of(manifests):
        if name in told:
            env = {each["name"]: each["value"] for each in pod["spec"]["containers"][0]["env"]}
            assert env["WORKBENCH_POOLS_FILE"] == "/etc/workbench/pools.json"
            assert {"name": "pools", "configMap": {"name": "wb-pools"}} in pod["spec"]["volumes"]


def test_runs_ask_their_own_service_by_a_name_that_it_answers_to(render: Render) -> None:
    pods = dict(pods_of(render(VARIANTS["everything"])))
    worker, api = (
        {each["name"]: each["value"] for each in pods[name]["spec"]["containers"][0]["env"]}
        for name in ("wb-profiler-worker", "wb-profiler")
    )

    assert worker["WORKBENCH_RUNS_URL"] == "http://wb-profiler.lab.svc:8081"
    assert api["WORKBENCH_ALLOWED_HOSTS"] == "workbench.example.com,wb-profiler.lab.svc"


def test_slots_are_many_only_where_runs_are_elsewhere(render: Render) -> None:
    def slots(variant: str) -> str:
        pods = dict(pods_of(render(VARIANTS[variant])))
        env = pods["wb-profiler-worker"]["spec"]["containers"][0]["env"]
        return next(each["value"] for each in env if each["name"] == "WORKBENCH_SLOTS")

    assert [slots("defaults"), slots("in-worker"), slots("everything")] == ["32", "2", "16"]


def test_without_them_nothing_of_them_is_left(render: Render) -> None:
    manifests = render(VARIANTS["in-worker"])

    kinds = {each["kind"] for each in manifests}
    assert not kinds & {"Namespace", "ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"}
    assert "pools" not in repr(manifests)
    assert "WORKBENCH_LAUNCHER" not in repr(manifests)


def test_the_namespace_is_restricted_and_made_only_when_asked(render: Render) -> None:
    assert of_kind(render(VARIANTS["everything"]), "Namespace") == {}

    (namespace,) = of_kind(render(), "Namespace").values()
    assert namespace["metadata"]["name"] == "lab-runners"
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"
