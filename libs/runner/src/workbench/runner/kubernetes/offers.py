"""What one node offers to a device type: how much, how much of it is in use, and why it cannot be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from workbench.runner.kubernetes.fields import at, condition, objects, quantity, strings, text
from workbench.runner.kubernetes.objects import ALONE, MEASURING
from workbench.runner.kubernetes.unschedulable import STATES, by_taint
from workbench.runner.pools import DeviceType

_CPU_MODEL = "feature.node.kubernetes.io/cpu-model."  # as Node Feature Discovery sets them
# Kubernetes itself puts such taints on nodes, for what their conditions and their spec say as well.
_SAID_ELSEWHERE = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/unschedulable")


@dataclass(frozen=True)
class Fault:
    """Why a node cannot be used, as a kind for code and in words for people."""

    kind: Literal["not ready", "cordoned", "tainted", "no resource", "all broken", "too small"]
    reason: str


@dataclass(frozen=True)
class Offer:
    """Counted in units of the device type's resource, else in nodes; ``offers`` is without what is broken.

    places: for how many more measurements its cores, its memory and those that are there have room.
    """

    name: str
    ready: bool
    schedulable: bool
    total: int
    offers: int
    in_use: int
    fault: Fault | None
    arch: str | None = None
    cpu_model: Mapping[str, str] = field(default_factory=dict)
    cores: float | None = None
    memory_bytes: int | None = None
    disk_bytes: int | None = None
    places: int = 0

    @property
    def broken(self) -> int:
        """What its device plugin reports as such, and everything while the node does not answer."""
        return self.total - self.offers if self.ready else self.total

    @property
    def busy(self) -> int:
        """In use and not broken."""
        return min(self.in_use, self.offers) if self.ready else 0

    @property
    def unused(self) -> int:
        """What no run has; other work than measurements can have it at once."""
        return max(0, self.offers - self.in_use) if self.fault is None else 0

    @property
    def free(self) -> int:
        """How many more measurements the scheduler would put here."""
        return min(self.places, self.unused)


def offer_of(kind: DeviceType, node: Mapping[str, Any], pods: Sequence[Mapping[str, Any]]) -> Offer | None:
    """None when the node is not of this type. ``pods``: those on the node."""
    labels = strings(node, "metadata", "labels")
    if any(labels.get(name) != value for name, value in kind.nodeSelector.items()):
        return None
    ready = text(condition(node, "Ready"), "status") == "True"
    taint = _taint(kind, node)
    others = taint is not None and taint[0] not in STATES  # somebody keeps it for other work: not of this type
    total, offers = (0, 0) if others else _amounts(kind, node)
    live = [pod for pod in pods if text(pod, "status", "phase") not in ("Succeeded", "Failed")]
    return Offer(
        name=text(node, "metadata", "name"),
        ready=ready,
        schedulable=at(node, "spec", "unschedulable") is not True and taint is None,
        total=total,
        offers=offers,
        in_use=_in_use(kind, live),
        fault=_fault(kind, node, ready, taint, total, offers),
        arch=labels.get("kubernetes.io/arch"),
        cpu_model={
            name.removeprefix(_CPU_MODEL): value
            for name, value in sorted(labels.items())
            if name.startswith(_CPU_MODEL)
        },
        places=_places(kind, node, live),
        **_room(node),
    )


def _fault(
    kind: DeviceType, node: Mapping[str, Any], ready: bool, taint: tuple[str, str] | None, total: int, offers: int
) -> Fault | None:
    if not ready:
        silent = text(condition(node, "Ready"), "status") != "False"
        return Fault("not ready", "it does not answer" if silent else "it is not Ready")
    if at(node, "spec", "unschedulable") is True:
        return Fault("cordoned", "it is cordoned")
    if taint is not None:
        return Fault("tainted", f"it is {by_taint(*taint)}")
    if not total:
        return Fault("no resource", f"it does not offer {kind.resource}: is its device plugin running?")
    if not offers:
        return Fault("all broken", f"every {kind.resource} of it is reported as broken")
    return _too_small(kind, node)


def _too_small(kind: DeviceType, node: Mapping[str, Any]) -> Fault | None:
    """Judged by what the node has for pods at all, whoever uses it now."""
    has = at(node, "status", "allocatable")
    if quantity(at(has, "cpu")) < kind.cpu:
        return Fault("too small", f"it has {_shown(has, 'cpu')} cores for pods, a run needs {kind.cpu}")
    if quantity(at(has, "memory")) < quantity(kind.memory):
        return Fault("too small", f"it has {_shown(has, 'memory')} of memory for pods, a run needs {kind.memory}")
    return None


def _shown(has: Any, name: str) -> str:
    """Cores as a number, memory in GiB, as device types are written."""
    amount = quantity(at(has, name))
    return f"{float(amount):g}" if name == "cpu" else f"{float(amount) / 2**30:.1f}Gi"


def _room(node: Mapping[str, Any]) -> dict[str, Any]:
    """What the node has for pods, whoever uses it now."""
    has = at(node, "status", "allocatable") or {}
    found = {name: quantity(at(has, name)) for name in ("cpu", "memory", "ephemeral-storage") if at(has, name)}
    return {
        "cores": float(found["cpu"]) if "cpu" in found else None,
        "memory_bytes": int(found["memory"]) if "memory" in found else None,
        "disk_bytes": int(found["ephemeral-storage"]) if "ephemeral-storage" in found else None,
    }


def _amounts(kind: DeviceType, node: Mapping[str, Any]) -> tuple[int, int]:
    """All there is, and what is in order."""
    if not kind.resource:
        return 1, 1
    usable = int(quantity(at(node, "status", "allocatable", kind.resource)))
    return max(usable, int(quantity(at(node, "status", "capacity", kind.resource)))), usable


def _in_use(kind: DeviceType, live: Sequence[Mapping[str, Any]]) -> int:
    if kind.resource:
        return int(sum(_requested(pod, kind.resource) for pod in live))
    return int(any(_measures(pod) for pod in live))


def _places(kind: DeviceType, node: Mapping[str, Any], live: Sequence[Mapping[str, Any]]) -> int:
    if any(_keeps(kind, pod) for pod in live):
        return 0
    has = at(node, "status", "allocatable")
    needed = {"cpu": Decimal(kind.cpu), "memory": quantity(kind.memory)}
    room = min(
        int((quantity(at(has, name)) - sum(_requested(pod, name) for pod in live)) / much)
        for name, much in needed.items()
        if much
    )
    return max(0, room if kind.alone == "device" else min(1, room))


def _measures(pod: Mapping[str, Any]) -> bool:
    return strings(pod, "metadata", "labels").get(MEASURING) == "true"


def _keeps(kind: DeviceType, pod: Mapping[str, Any]) -> bool:
    """Whether this pod and a measurement of this device type keep each other off a node; see objects.py."""
    shares = strings(pod, "metadata", "labels").get(ALONE) == "device" and kind.alone == "device"
    return _measures(pod) and not shares


def _requested(pod: Mapping[str, Any], resource: str) -> Decimal:
    """Containers run at the same time, init containers one by one before them."""
    together = sum((_asked(each, resource) for each in objects(pod, "spec", "containers")), Decimal())
    return max([together, *(_asked(each, resource) for each in objects(pod, "spec", "initContainers"))])


def _asked(container: Mapping[str, Any], resource: str) -> Decimal:
    resources = at(container, "resources")
    requested = at(resources, "requests", resource)
    return quantity(requested if requested is not None else at(resources, "limits", resource))


def _taint(kind: DeviceType, node: Mapping[str, Any]) -> tuple[str, str] | None:
    """Key and value of the first that keeps this device type's runs away."""
    for taint in objects(node, "spec", "taints"):
        key, value = text(taint, "key"), text(taint, "value")
        hard = taint.get("effect") in ("NoSchedule", "NoExecute") and key not in _SAID_ELSEWHERE
        if hard and not any(_tolerates(each, taint) for each in kind.tolerations):
            return key, value
    return None


def _tolerates(toleration: Mapping[str, Any], taint: Mapping[str, Any]) -> bool:
    """As Kubernetes has it: no effect is every effect, no key with Exists is every taint."""
    if text(toleration, "effect") not in ("", text(taint, "effect")):
        return False
    exists = toleration.get("operator") == "Exists"
    if text(toleration, "key") != text(taint, "key") and not (exists and not text(toleration, "key")):
        return False
    return exists or text(toleration, "value") == text(taint, "value")
