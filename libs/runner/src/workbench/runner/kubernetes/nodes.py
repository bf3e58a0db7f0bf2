"""Which targets a cluster has: its device types, what their nodes offer, and why one cannot be used.

What is counted is the extended resource, or else the node, since one measurement has a node for itself. Free is what
the scheduler would give to measurements: of eight devices on a node one, where each has its node for itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.runner.kubernetes.fields import text
from workbench.runner.kubernetes.offers import Offer, offer_of
from workbench.runner.pools import DeviceType, Pools

Object = Mapping[str, Any]
_NAMED = 3  # how many nodes a reason names


def targets_of(pools: Pools, nodes: Sequence[Object], pods: Sequence[Object]) -> list[dict[str, Any]]:
    """One entry for each device type, in their order. ``pods``: of the runners' namespace at least.

    total = free + busy + broken + what is left alone: on cordoned nodes, on those too small for a run, and what cannot
    be measured beside a measurement. unused: what no run has, free or not; work that measures nothing can have it.
    """
    by_node: dict[str, list[Object]] = {}
    for pod in pods:
        by_node.setdefault(text(pod, "spec", "nodeName"), []).append(pod)
    return [_target(kind, nodes, by_node) for kind in pools.deviceTypes.values()]


def _target(kind: DeviceType, nodes: Sequence[Object], by_node: Mapping[str, list[Object]]) -> dict[str, Any]:
    found = (offer_of(kind, node, by_node.get(text(node, "metadata", "name"), [])) for node in nodes)
    offers = sorted((each for each in found if each is not None), key=lambda each: each.name)
    reason = None if any(each.fault is None for each in offers) else _reason(kind, offers)
    return {
        "id": kind.name,
        "name": kind.name,
        "device": kind.device,
        "resource": kind.resource or None,
        "total": sum(each.total for each in offers),
        "free": sum(each.free for each in offers),
        "unused": sum(each.unused for each in offers),
        "busy": sum(each.busy for each in offers),
        "broken": sum(each.broken for each in offers),
        "usable": reason is None,
        "reason": reason,
        "nodes": [_node(each) for each in offers],
        "alone": kind.alone,
        "cpu": kind.cpu,
        "memory": kind.memory,
    }


def _node(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name,
        "ready": offer.ready,
        "schedulable": offer.schedulable,
        "offers": offer.offers,
        "in_use": offer.in_use,
        "free": offer.free,
        "arch": offer.arch,
        "cores": offer.cores,
        "memory_bytes": offer.memory_bytes,
        "disk_bytes": offer.disk_bytes,
        "cpu_model": dict(offer.cpu_model),
        "reason": offer.fault.reason if offer.fault else None,
    }


def _reason(kind: DeviceType, offers: Sequence[Offer]) -> str:
    """Why no node can be used: in one clause when they all fail alike, else node by node."""
    if not offers:
        labels = ", ".join(f"{name}={value}" for name, value in kind.nodeSelector.items())
        return f"no node has the labels {labels}" if labels else "the cluster has no nodes"
    faults = [(each.name, each.fault) for each in offers if each.fault is not None]
    if len({fault.kind for _, fault in faults}) == 1:
        together = _together(kind, faults[0][1].kind, len(faults))
        if together:
            return together
    named = [f"{name}: {fault.reason}" for name, fault in faults[:_NAMED]]
    more = len(faults) - len(named)
    return "; ".join(named) + (f"; and {more} more" if more else "")


def _together(kind: DeviceType, fault: str, count: int) -> str | None:
    if fault == "not ready":
        return "its only node is not Ready" if count == 1 else f"its {count} nodes are not Ready"
    return {
        "cordoned": "every node is cordoned",
        "no resource": f"no node offers {kind.resource}: is its device plugin running?",
        "all broken": f"every {kind.resource} is reported as broken",
    }.get(fault)
