"""What the scheduler says of a pod that it finds no node for, in our words.

Its message counts nodes by the first thing that each one lacks (texts of Kubernetes 1.30 to 1.34):
``0/3 nodes are available: 1 Insufficient npu.intel.com/accel, 2 node(s) had untolerated taint(s). preemption: …``
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from workbench.runner.kubernetes.fields import brief
from workbench.runner.kubernetes.objects import HOST

_MESSAGE = re.compile(r"0/(\d{1,9}) nodes are available: (.*)", re.DOTALL)
# What follows is about pods that might give way; 1.34 runs its remark on claims into the last part.
_ASIDE = re.compile(r"[.,]? (?:preemption:|no new claims to deallocate)")
_PART = re.compile(r"(\d{1,9}) (.*)", re.DOTALL)
_TAINT = re.compile(r"node\(s\) had untolerated taint \{([^{}]*?): ?([^{}]*)\}")
_TAINT_UNNAMED = ("node(s) had untolerated taint(s)", "node(s) had taints that the pod didn't tolerate")
_OTHER_MEASUREMENT = (
    "node(s) didn't match pod anti-affinity rules",
    "node(s) didn't satisfy existing pods anti-affinity rules",
)
_OTHER_LABELS = ("node(s) didn't match Pod's node affinity/selector",)
_CORDONED = ("node(s) were unschedulable",)
_COMMON = {"cpu": "enough cpu", "memory": "enough memory", "ephemeral-storage": "enough disk"}
# Taints that a node's own state makes; all others are somebody's decision.
STATES = {
    "node.kubernetes.io/not-ready": "not ready",
    "node.kubernetes.io/unreachable": "out of reach",
    "node.kubernetes.io/unschedulable": "cordoned",
    "node.kubernetes.io/memory-pressure": "short of memory",
    "node.kubernetes.io/disk-pressure": "short of disk",
    "node.kubernetes.io/pid-pressure": "short of process ids",
    "node.kubernetes.io/network-unavailable": "without a network",
    "node.cloudprovider.kubernetes.io/uninitialized": "not set up yet",
}


@dataclass
class _Lacking:
    """How many nodes fail for what, in the scheduler's order."""

    total: str
    resources: list[str] = field(default_factory=list)
    measuring: int = 0
    unlabelled: int = 0
    kept: dict[str, int] = field(default_factory=dict)


def in_our_words(message: str, target: str) -> str:
    """What the pod waits for, to be read after "waiting for"."""
    if message.startswith("no nodes available"):
        return "a node: the cluster has none"
    found = _MESSAGE.match(message)
    lacking = _lacking(found[1], _ASIDE.split(found[2], maxsplit=1)[0]) if found else None
    clauses = list(_clauses(lacking, target)) if lacking else []
    if not clauses:
        return f"a node: {brief(re.split(r'[.] ', message, maxsplit=1)[0])}" if message.strip() else "a node"
    return "; ".join(clauses)


def _lacking(total: str, parts: str) -> _Lacking:
    lacking = _Lacking(total)
    for part in parts.strip().rstrip(".").split(", "):
        if found := _PART.fullmatch(part):
            _sort(lacking, int(found[1]), found[2])
    # Those with a name of their own, the scarce ones, come first.
    lacking.resources.sort(key=lambda name: (name == "pods", name in _COMMON, name))
    return lacking


def _sort(lacking: _Lacking, count: int, why: str) -> None:
    if why.startswith("Insufficient "):
        lacking.resources.append(why.removeprefix("Insufficient "))
    elif why == "Too many pods":
        lacking.resources.append("pods")
    elif why in _OTHER_MEASUREMENT:
        lacking.measuring += count
    elif why in _OTHER_LABELS:
        lacking.unlabelled += count
    elif (kept := _kept(why)) is not None:
        lacking.kept[kept] = lacking.kept.get(kept, 0) + count


def _kept(why: str) -> str | None:
    if why in _CORDONED:
        return "cordoned"
    if why in _TAINT_UNNAMED:
        return "kept from other work by a taint"
    found = _TAINT.fullmatch(why)
    return by_taint(found[1], found[2]) if found else None


def by_taint(key: str, value: str) -> str:
    """What a node is that has this taint."""
    return STATES.get(key) or f"kept from other work by the taint {{{key}{': ' if value else ''}{value}}}"


def _clauses(lacking: _Lacking, target: str) -> Iterator[str]:
    """The most specific first: it is what would have to change on the nodes that come nearest."""
    labels = "the labels of the pool 'host'" if target == HOST else f"the labels of device type '{target}'"
    first = True
    if lacking.resources:
        yield f"a node: 0 of {lacking.total} nodes have {_free(lacking.resources)}"
        first = False
    if lacking.measuring:
        yield (
            "another measurement on its node to end"
            if first
            else f"on {lacking.measuring} another measurement has to end"
        )
        first = False
    if lacking.unlabelled:
        every = first and str(lacking.unlabelled) == lacking.total
        do = "does" if lacking.unlabelled == 1 else "do"
        without = f"{lacking.unlabelled} {do} not have {labels}"
        if every:
            without = f"0 of {lacking.total} nodes have {labels}"
        yield _led(without, first, lacking.total)
        first = False
    for kept, count in lacking.kept.items():
        yield _led(f"{count} {'is' if count == 1 else 'are'} {kept}", first, lacking.total)
        first = False


def _led(clause: str, first: bool, total: str) -> str:
    if not first:
        return clause
    return f"a node: {clause}" if clause.startswith("0 of ") else f"a node: of {total}, {clause}"


def _free(resources: list[str]) -> str:
    names = [_COMMON.get(name, name) for name in resources if name != "pods"]
    room = ["room for another pod"] if "pods" in resources else []
    return " and ".join(([f"{' and '.join(names)} free"] if names else []) + room)
