"""The Kubernetes Job of a run: what the API server accepts, where its pod goes, what it gets and what it may."""

from __future__ import annotations

import json
from typing import Any

import kubernetes_validate
import pytest
from workbench.runner.kubernetes.fields import quantity
from workbench.runner.kubernetes.objects import kubernetes_job, name_of, selector
from workbench.runner.pools import Pools, pools_of
from workbench.runner.runs import Ticket
from workbench.runner.values import Launch, Limits

TICKET = Ticket("0a1b2c3d4e5f6a7b8c9d", "job-7.secret", exit=None, begun=False)
TOLERATION = {"key": "dedicated", "operator": "Exists", "effect": "NoSchedule"}
POOLS = pools_of(
    {
        "namespace": "wb-runners",
        "release": "wb",
        "image": "runner:2",
        "pullSecrets": [{"name": "registry"}],
        "scratch": "5Gi",
        "host": {"nodeSelector": {"role": "host"}, "cpu": "500m", "memory": "4Gi", "requestedMemory": "512Mi"},
        "deviceTypes": {
            "cpu-vnni": {"device": "CPU", "cpu": 8, "memory": "8Gi", "nodeSelector": {"cpu": "vnni"}},
            "arc": {
                "device": "GPU",
                "cpu": 4,
                "memory": "6Gi",
                "nodeSelector": {"gpu": "arc"},
                "image": "runner:gpu",
                "resource": "gpu.intel.com/i915",
                "tolerations": [TOLERATION],
            },
        },
    }
)
DEVICES = {"host": None, "cpu-vnni": "CPU", "arc": "GPU"}
WORK = [("host", False), ("cpu-vnni", True), ("arc", True), ("arc", False)]
works = pytest.mark.parametrize(("target", "exclusive"), WORK)


def job(place: str = "host", exclusive: bool = False, *, pools: Pools = POOLS, **launch: Any) -> dict[str, Any]:
    """Of host work, of a measurement (exclusive), or of an evaluation on a device."""
    limits = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=600.5)
    named = {"device": DEVICES[place], "target": None if place == "host" else place} | launch
    made = Launch("a.core", {}, {}, limits, exclusive=exclusive, **named)
    return kubernetes_job(pools, "profiler", "http://wb-profiler.wb.svc:80", "job-7", TICKET, made)


def pod(*arguments: Any, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = job(*arguments, **more)["spec"]["template"]["spec"]
    return found


def container(*arguments: Any, **more: Any) -> dict[str, Any]:
    (found,) = pod(*arguments, **more)["containers"]
    return found


def computing(*arguments: Any) -> dict[str, Any]:
    """Its resources without the disk."""
    resources = container(*arguments)["resources"]
    return {
        side: {name: much for name, much in named.items() if name != "ephemeral-storage"}
        for side, named in resources.items()
    }


def others(spec: dict[str, Any]) -> list[dict[str, Any]]:
    rule = spec["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return [term["labelSelector"]["matchLabels"] for term in rule if term["topologyKey"] == "kubernetes.io/hostname"]


@works
@pytest.mark.parametrize("version", ["1.31", "1.34"])
def test_the_api_server_accepts_it(target: str, exclusive: bool, version: str) -> None:
    kubernetes_validate.validate(json.loads(json.dumps(job(target, exclusive))), version, strict=True)


@works
def test_it_is_one_pod_that_kubernetes_makes_again_only_when_it_took_it_away(target: str, exclusive: bool) -> None:
    spec = job(target, exclusive)["spec"]

    assert (spec["backoffLimit"], spec["podReplacementPolicy"]) == (0, "Failed")
    assert spec["podFailurePolicy"]["rules"][0] == {
        "action": "Ignore",
        "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
    }
    assert spec["ttlSecondsAfterFinished"] > 0
    assert spec["template"]["spec"]["restartPolicy"] == "Never"


@works
def test_job_and_pod_say_alike_whose_they_are(target: str, exclusive: bool) -> None:
    made = job(target, exclusive)
    labels = made["metadata"]["labels"]

    assert made["metadata"]["name"] == name_of(TICKET.run) == f"run-{TICKET.run}"
    assert made["metadata"]["namespace"] == "wb-runners"
    assert labels == made["spec"]["template"]["metadata"]["labels"]
    assert labels == {
        "app.kubernetes.io/part-of": "dl-workbench",
        "app.kubernetes.io/instance": "wb",
        "app.kubernetes.io/component": "runner",
        "workbench/service": "profiler",
        "workbench/job": "job-7",
        "workbench/run": TICKET.run,
        "workbench/target": target,
        **({"workbench/measuring": "true", "workbench/alone": "node"} if exclusive else {}),
    }
    assert dict(each.split("=") for each in selector(POOLS, "profiler").split(",")).items() <= labels.items()


@works
def test_it_goes_to_the_nodes_of_its_target_with_the_image_for_them(target: str, exclusive: bool) -> None:
    place = {"host": POOLS.host, **POOLS.deviceTypes}[target]
    spec = pod(target, exclusive)

    assert spec["nodeSelector"] == place.nodeSelector
    assert (TOLERATION in spec["tolerations"]) == (target == "arc")
    assert spec["containers"][0]["image"] == ("runner:gpu" if target == "arc" else "runner:2")
    assert spec["imagePullSecrets"] == [{"name": "registry"}]


@pytest.mark.parametrize(
    ("target", "resources"),
    [("cpu-vnni", {"cpu": "8", "memory": "8Gi"}), ("arc", {"cpu": "4", "memory": "6Gi", "gpu.intel.com/i915": "1"})],
)
def test_a_measurement_has_whole_cores_of_its_own(target: str, resources: dict[str, Any]) -> None:
    """Class Guaranteed, which the kubelet's static CPU policy pins to cores."""
    assert computing(target, True) == {"requests": resources, "limits": resources}


def test_other_work_shares_cores_and_has_its_device_to_itself() -> None:
    assert computing() == {"requests": {"cpu": "500m", "memory": "512Mi"}, "limits": {"memory": "4Gi"}}
    assert computing("arc") == {
        "requests": {"cpu": "500m", "memory": "512Mi", "gpu.intel.com/i915": "1"},
        "limits": {"memory": "6Gi", "gpu.intel.com/i915": "1"},
    }


def test_no_work_asks_for_more_than_it_may_have() -> None:
    """Which the API server refuses."""
    members = {"device": "GPU", "memory": "256Mi"}
    small = pools_of({"namespace": "n", "release": "r", "image": "i", "deviceTypes": {"arc": members}})

    found = container("arc", pools=small)["resources"]

    assert quantity(found["requests"]["memory"]) <= quantity(found["limits"]["memory"])


@works
def test_only_measurements_keep_each_other_off_a_node(target: str, exclusive: bool) -> None:
    spec = pod(target, exclusive)

    if not exclusive:
        assert "affinity" not in spec
        return
    assert others(spec) == [{"workbench/measuring": "true"}]


def test_a_run_is_in_the_groups_that_its_device_files_belong_to() -> None:
    members = {"device": "GPU", "supplementalGroups": [44, 109]}
    pools = pools_of({"namespace": "n", "release": "r", "image": "i", "deviceTypes": {"arc": members}})
    made = job("arc", pools=pools)

    assert made["spec"]["template"]["spec"]["securityContext"]["supplementalGroups"] == [44, 109]
    assert "supplementalGroups" not in pod("arc")["securityContext"]
    kubernetes_validate.validate(json.loads(json.dumps(made)), "1.34", strict=True)


def test_a_pod_has_the_variables_of_its_launch_beside_the_workbenchs_own() -> None:
    told = {each["name"]: each.get("value") for each in container("arc", env={"OV_LEVEL": "1"})["env"]}

    assert told["OV_LEVEL"] == "1"
    assert told.keys() - {"OV_LEVEL"} == {each["name"] for each in container("arc")["env"]}
    kubernetes_validate.validate(json.loads(json.dumps(job("arc", env={"OV_LEVEL": "1"}))), "1.34", strict=True)


def measured_on(alone: str) -> dict[str, Any]:
    members = {"device": "GPU", "resource": "gpu.intel.com/i915", "alone": alone}
    pools = pools_of({"namespace": "n", "release": "r", "image": "i", "deviceTypes": {"arc": members}})
    return job("arc", True, pools=pools)["spec"]["template"]


def keeps_away(there: dict[str, Any], other: dict[str, Any]) -> bool:
    """As the scheduler reads the rule of one pod and the labels of another."""
    (term,) = there["spec"]["affinity"]["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    labels, rule = other["metadata"]["labels"], term["labelSelector"]
    assert {each["operator"] for each in rule.get("matchExpressions", [])} <= {"NotIn"}
    return all(labels.get(name) == value for name, value in rule["matchLabels"].items()) and all(
        labels.get(each["key"]) not in each["values"] for each in rule.get("matchExpressions", [])
    )


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [("node", "node", False), ("node", "device", False), ("device", "device", True), ("earlier", "device", False)],
)
def test_measurements_share_a_node_when_both_say_that_their_device_is_enough(
    first: str, second: str, together: bool
) -> None:
    one, other = measured_on("node" if first == "earlier" else first), measured_on(second)
    if first == "earlier":  # a release that knew no other way
        del one["metadata"]["labels"]["workbench/alone"]

    assert (not keeps_away(one, other) and not keeps_away(other, one)) is together


@pytest.mark.parametrize("version", ["1.31", "1.34"])
def test_the_api_server_accepts_a_measurement_that_has_its_device_alone(version: str) -> None:
    template = measured_on("device")
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": template["spec"]}

    kubernetes_validate.validate(json.loads(json.dumps(pod)), version, strict=True)


def test_a_measurement_without_a_target_goes_to_the_first_type_of_its_device() -> None:
    assert job("arc", True, target=None)["metadata"]["labels"]["workbench/target"] == "arc"
    assert job("host", True)["metadata"]["labels"]["workbench/target"] == "cpu-vnni"


def test_a_target_that_is_configured_no_more_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        job("arc", target="gone")


@works
def test_it_may_as_little_as_pod_security_restricted_asks_and_knows_nothing_of_the_cluster(
    target: str, exclusive: bool
) -> None:
    spec, runner = pod(target, exclusive), container(target, exclusive)
    whole, own = spec["securityContext"], runner["securityContext"]

    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert whole["runAsNonRoot"] is True
    assert whole["runAsUser"] > 0
    assert whole["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own["allowPrivilegeEscalation"] is False
    assert own["readOnlyRootFilesystem"] is True
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostNetwork", "hostPID", "hostIPC", "serviceAccountName"} & spec.keys()
    assert all(volume.keys() - {"name"} == {"emptyDir"} for volume in spec["volumes"])


@works
def test_it_writes_to_room_of_its_own(target: str, exclusive: bool) -> None:
    spec = pod(target, exclusive)
    mounts = {each["name"]: each["mountPath"] for each in spec["containers"][0]["volumeMounts"]}

    assert mounts == {"data": "/data", "tmp": "/tmp"}
    assert {"name": "data", "emptyDir": {"sizeLimit": "5Gi"}} in spec["volumes"]


@works
def test_it_ends_by_itself_some_time_after_its_core_had_to(target: str, exclusive: bool) -> None:
    deadline = pod(target, exclusive)["activeDeadlineSeconds"]

    assert isinstance(deadline, int)
    assert deadline > 600


@works
def test_it_waits_a_minute_for_a_node_that_does_not_answer(target: str, exclusive: bool) -> None:
    waits = {
        each["key"]: each["tolerationSeconds"]
        for each in pod(target, exclusive)["tolerations"]
        if each.get("effect") == "NoExecute"
    }

    assert waits == {"node.kubernetes.io/not-ready": 60, "node.kubernetes.io/unreachable": 60}


def test_its_program_is_told_where_to_ask_and_by_what_token() -> None:
    runner = container()
    told = {each["name"]: each.get("value") or each["valueFrom"] for each in runner["env"]}

    assert runner["command"] == ["python", "-m", "workbench.runner.agent"]
    assert told["WORKBENCH_RUN_URL"] == "http://wb-profiler.wb.svc:80"
    assert told["WORKBENCH_RUN_TOKEN"] == "job-7.secret"
    assert told["WORKBENCH_RUN_POD"] == {"fieldRef": {"fieldPath": "metadata.uid"}}
    assert told["WORKBENCH_RUN_MEMORY"]["resourceFieldRef"]["resource"] == "limits.memory"


@works
def test_a_run_may_have_its_folders_on_the_nodes_disk_and_no_more(target: str, exclusive: bool) -> None:
    assert all(volume["emptyDir"]["sizeLimit"] for volume in pod(target, exclusive)["volumes"] if "emptyDir" in volume)
    resources = container(target, exclusive)["resources"]
    assert resources["limits"]["ephemeral-storage"] == str((5 + 2 + 1) << 30)
    assert resources["requests"]["ephemeral-storage"] == str(1 << 30)
