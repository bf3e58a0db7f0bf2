"""The Kubernetes Job of one run: where it goes, what it gets, what it may."""

from __future__ import annotations

from typing import Any

from workbench.runner.kubernetes.fields import quantity
from workbench.runner.pools import DeviceType, Pools
from workbench.runner.runs import Ticket
from workbench.runner.values import Launch

HOST = "host"
MEASURING, ALONE = "workbench/measuring", "workbench/alone"
STAGING_S = 3600  # for inputs, outputs, and a service that is away meanwhile
KEPT_S = 600  # so that an operator can still look at its pod
UNREACHABLE_S = 60  # how long a run waits for its node to answer again
GRACE_S = 30
HOME = "/data"
LOG_BYTES = 1 << 30
LEAST_DISK_BYTES = 1 << 30  # what most runs stay below; a node with less left gets none


def name_of(run: str) -> str:
    """Of its Kubernetes Job; what makes creating it twice harmless."""
    return f"run-{run}"


def device_type_of(pools: Pools, launch: Launch) -> DeviceType | None:
    """None: work for the host. Raises KeyError for a target that is configured no more."""
    if launch.target is not None:
        return pools.deviceTypes[launch.target]
    return pools.default_for(launch.device or "CPU") if launch.exclusive else None


def kubernetes_job(pools: Pools, service: str, url: str, job_id: str, ticket: Ticket, launch: Launch) -> dict[str, Any]:
    """As batch/v1 has it. One pod: whether a run is tried again is for the job's record to say, not for Kubernetes.

    But a pod that the cluster takes away (a drain, a preemption) is made again, when the old one has really ended,
    and costs no attempt.
    """
    place = device_type_of(pools, launch)
    labels = _labels(pools, service, job_id, ticket.run, place, launch)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name_of(ticket.run), "namespace": pools.namespace, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "podReplacementPolicy": "Failed",
            "podFailurePolicy": {
                "rules": [
                    {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
                ]
            },
            "ttlSecondsAfterFinished": KEPT_S,
            "template": {"metadata": {"labels": labels}, "spec": _pod(pools, url, ticket, place, launch)},
        },
    }


def selector(pools: Pools, service: str) -> str:
    """What finds every run of a service in this installation."""
    return f"app.kubernetes.io/instance={pools.release},app.kubernetes.io/component=runner,workbench/service={service}"


def _labels(
    pools: Pools, service: str, job_id: str, run: str, place: DeviceType | None, launch: Launch
) -> dict[str, str]:
    labels = {
        "app.kubernetes.io/part-of": "dl-workbench",
        "app.kubernetes.io/instance": pools.release,
        "app.kubernetes.io/component": "runner",
        "workbench/service": service,
        "workbench/job": job_id,
        "workbench/run": run,
        "workbench/target": place.name if place else HOST,
    }
    return labels | (measuring(place) if launch.exclusive else {})


def measuring(place: DeviceType | None) -> dict[str, str]:
    """The labels of a measurement's pod: that it is one, and what it has for itself."""
    return {MEASURING: "true", ALONE: place.alone if place else "node"}


def _pod(pools: Pools, url: str, ticket: Ticket, place: DeviceType | None, launch: Launch) -> dict[str, Any]:
    where = place or pools.host
    pod: dict[str, Any] = {
        "restartPolicy": "Never",
        "activeDeadlineSeconds": int(launch.limits.wall_s) + STAGING_S,
        "terminationGracePeriodSeconds": GRACE_S,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "nodeSelector": dict(where.nodeSelector),
        "tolerations": [*map(dict, where.tolerations), *_patience()],
        "imagePullSecrets": [dict(each) for each in pools.pullSecrets],
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
            **_groups(place),
        },
        "containers": [_container(pools, url, ticket, place, launch)],
        "volumes": [
            {"name": "data", "emptyDir": {"sizeLimit": pools.scratch}},
            {"name": "tmp", "emptyDir": {"sizeLimit": pools.tmp}},
        ],
    }
    return pod | ({"affinity": _apart(place)} if launch.exclusive else {})


def _groups(place: DeviceType | None) -> dict[str, Any]:
    return {"supplementalGroups": list(place.supplementalGroups)} if place and place.supplementalGroups else {}


def _container(pools: Pools, url: str, ticket: Ticket, place: DeviceType | None, launch: Launch) -> dict[str, Any]:
    return {
        "name": "runner",
        "image": (place.image if place else "") or pools.image,
        "imagePullPolicy": pools.pullPolicy,
        "command": ["python", "-m", "workbench.runner.agent"],
        "env": [
            *({"name": name, "value": value} for name, value in launch.env.items()),
            {"name": "WORKBENCH_RUN_URL", "value": url},
            {"name": "WORKBENCH_RUN_TOKEN", "value": ticket.token},
            {"name": "WORKBENCH_RUN_HOME", "value": HOME},
            {"name": "WORKBENCH_RUN_SANDBOX", "value": pools.sandbox},
            {"name": "WORKBENCH_RUN_POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.uid"}}},
            {
                "name": "WORKBENCH_RUN_MEMORY",
                "valueFrom": {"resourceFieldRef": {"containerName": "runner", "resource": "limits.memory"}},
            },
        ],
        "resources": _resources(pools, place, launch),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "data", "mountPath": HOME}, {"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108
    }


def _resources(pools: Pools, place: DeviceType | None, launch: Launch) -> dict[str, Any]:
    """A measurement gets whole cores that are its own, and so class Guaranteed; other work shares."""
    least_disk, disk = _disk(pools)
    if place is None:
        host = pools.host
        return {
            "requests": {"cpu": host.cpu, "memory": host.requestedMemory, **least_disk},
            "limits": {"memory": host.memory, **disk},
        }
    device = {place.resource: "1"} if place.resource else {}
    whole = {"cpu": str(place.cpu), "memory": place.memory, **device}
    if launch.exclusive:
        return {"requests": whole | least_disk, "limits": whole | disk}
    least = min(pools.host.requestedMemory, place.memory, key=quantity)  # no more than its limit
    return {
        "requests": {"cpu": pools.host.cpu, "memory": least, **device, **least_disk},
        "limits": {"memory": place.memory, **device, **disk},
    }


def _disk(pools: Pools) -> tuple[dict[str, str], dict[str, str]]:
    """What a run is counted for on its node's disk, and what it may have there: its folders and its log."""
    most = int(quantity(pools.scratch) + quantity(pools.tmp)) + LOG_BYTES
    least = min(most, LEAST_DISK_BYTES)
    return {"ephemeral-storage": str(least)}, {"ephemeral-storage": str(most)}


def _apart(place: DeviceType | None) -> dict[str, Any]:
    """One measurement on a node at a time, whatever its device: the host's cores feed every device.

    Unless the device type says that its own is enough: then only those keep it away that want their node. They keep
    it away in any case, since Kubernetes looks at the rules of the pods that are there, too.
    """
    rule: dict[str, Any] = {"matchLabels": {MEASURING: "true"}}
    if place is not None and place.alone == "device":
        # A pod without the label is of a release that knew no other way.
        rule["matchExpressions"] = [{"key": ALONE, "operator": "NotIn", "values": ["device"]}]
    other = {"labelSelector": rule, "namespaceSelector": {}, "topologyKey": "kubernetes.io/hostname"}
    return {"podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [other]}}


def _patience() -> list[dict[str, Any]]:
    return [
        {
            "key": f"node.kubernetes.io/{what}",
            "operator": "Exists",
            "effect": "NoExecute",
            "tolerationSeconds": UNREACHABLE_S,
        }
        for what in ("not-ready", "unreachable")
    ]
