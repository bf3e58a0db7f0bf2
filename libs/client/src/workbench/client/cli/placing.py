"""`--target` and `--device` held against the targets there are, before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from workbench.client.cli.options import Values, chosen, wrong
from workbench.client.client import Client

Facts = dict[str, Any]
LOCAL = "local"  # which means any target to a workbench that has others
CPU = "CPU"
# Made of a machine's own devices by OpenVINO, so never listed.
VIRTUAL = frozenset({"AUTO", "MULTI", "HETERO", "BATCH"})


def refuse_absent(client: Client, values: Values) -> None:
    """Raises a usage error for a target or device that there is not."""
    target, device = values.get("target"), values.get("device")
    if target is None and device is None:
        return
    targets = list(client.targets.list())
    if target not in (None, LOCAL):
        targets = [chosen("--target", targets, "id", target)]
    if device is not None and not any(_has(each, device) for each in targets):
        raise wrong("--device", _no_device(targets, device))


def _no_device(targets: Sequence[Facts], device: str) -> str:
    there = sorted({kind for each in targets for kind in _kinds(each)})
    whose = f"the target {targets[0]['id']} has" if len(targets) == 1 else "the targets have"
    return f"{whose} {', '.join(there) or 'none'}, not {device!r}; `workbench targets list` says why"


def _has(target: Facts, device: str) -> bool:
    """A list needs each device that it names; AUTO may name none. Whether the list is one, the server says, and what a
    machine has that nobody has looked at yet, its run."""
    if target.get("kind") == "machine" and not target.get("seen_at"):
        return True
    virtual, _, listed = device.partition(":")
    if virtual not in VIRTUAL:
        return _kind(device) in _kinds(target)
    named = {_kind(each) for each in listed.split(",") if each and not each.startswith("-")}
    return named <= _kinds(target) | {CPU}  # whatever a target has beside it, its nodes have a CPU


def _kinds(target: Facts) -> frozenset[str]:
    """A machine names its devices, a device type of a cluster has one."""
    if target.get("device"):
        return frozenset({_kind(target["device"])})
    return frozenset(_kind(each["name"]) for each in target.get("devices") or ())


def _kind(device: str) -> str:
    """``GPU`` of ``GPU.1``, and of ``GPU(4)``, which only BATCH has."""
    return re.split(r"[.(]", device)[0]
