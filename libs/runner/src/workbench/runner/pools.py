"""Where a cluster's runs may go: its device types, and the pool for work that needs no device. Standard library only.

The one JSON document comes from the chart's ``runners`` value; APIs read it to know which targets there are, the
dispatcher to place pods. It holds nothing secret.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from workbench.runner import variables


class WrongPools(ValueError):
    """The document cannot be used; the message names the member and what is accepted."""


@dataclass(frozen=True)
class DeviceType:
    """One label for like nodes and what runs there.

    device: in OpenVINO's words. resource: the extended resource a run asks one of (``gpu.intel.com/i915``), "" for
    none. cpu: whole cores that a run gets for itself. memory: a Kubernetes quantity, its request and its limit.
    image: "" for the installation's own. alone: what a measurement has for itself, its whole "node", or its "device"
    only: others on that node that say the same may be measured meanwhile. supplementalGroups: numbers of the groups
    that its nodes' device files belong to; a run is in no other. env: variables that its runs have beside.
    """

    name: str
    device: str
    nodeSelector: Mapping[str, str] = field(default_factory=dict)  # noqa: N815 - as Kubernetes and the chart spell it
    tolerations: tuple[Mapping[str, Any], ...] = ()
    resource: str = ""
    cpu: int = 2
    memory: str = "4Gi"
    image: str = ""
    alone: str = "node"
    supplementalGroups: tuple[int, ...] = ()  # noqa: N815
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Host:
    """Pods for conversion, inspection, packaging: any node, shared cores. ``cpu`` is requested, not a limit."""

    nodeSelector: Mapping[str, str] = field(default_factory=dict)  # noqa: N815
    tolerations: tuple[Mapping[str, Any], ...] = ()
    cpu: str = "500m"
    memory: str = "4Gi"
    requestedMemory: str = "512Mi"  # noqa: N815


@dataclass(frozen=True)
class Pools:
    """Everything a dispatcher must know to make pods.

    scratch, tmp: room for one run's files, and for its temporary ones; Kubernetes quantities.
    sandbox: "require", or "try" where the nodes' kernels cannot confine a core completely.
    """

    namespace: str
    release: str
    image: str
    pullPolicy: str = "IfNotPresent"  # noqa: N815
    pullSecrets: tuple[Mapping[str, str], ...] = ()  # noqa: N815
    scratch: str = "20Gi"
    tmp: str = "2Gi"
    sandbox: str = "require"
    host: Host = field(default_factory=Host)
    deviceTypes: Mapping[str, DeviceType] = field(default_factory=dict)  # noqa: N815

    def default_for(self, device: str) -> DeviceType | None:
        """The first device type whose device is of this kind (``GPU.0`` is a ``GPU``)."""
        kind = device.partition(".")[0]
        return next((each for each in self.deviceTypes.values() if each.device.partition(".")[0] == kind), None)


def read_pools(path: Path) -> Pools:
    """Raises WrongPools, and OSError when there is no such file."""
    try:
        document = json.loads(path.read_bytes())
    except ValueError as error:
        raise WrongPools(f"not JSON: {error}") from None
    return pools_of(document)


def pools_of(document: Any) -> Pools:
    """From the parsed document. Raises WrongPools."""
    members = _members(Pools, document, "")
    types = _object(members.pop("deviceTypes", {}), "deviceTypes")
    made = {name: _device_type(name, value) for name, value in types.items()}
    host = Host(**_members(Host, members.pop("host", {}), "host."))
    for name in ("namespace", "release", "image"):
        if not members.get(name):
            raise WrongPools(f"{name}: give a name")
    if members.get("sandbox", "require") not in ("require", "try"):
        raise WrongPools("sandbox: give require or try")
    return Pools(**members, host=host, deviceTypes=made)


def _device_type(name: str, document: Any) -> DeviceType:
    path = f"deviceTypes.{name}."
    members = _members(DeviceType, document, path, without="name")
    if not members.get("device"):
        raise WrongPools(f"{path}device: give what OpenVINO calls the device, such as CPU or GPU")
    cpu = members.get("cpu", 2)
    if not isinstance(cpu, int) or isinstance(cpu, bool) or cpu < 1:
        raise WrongPools(f"{path}cpu: give whole cores, 1 or more: a share of one is throttled in bursts")
    if members.get("alone", "node") not in ("node", "device"):
        raise WrongPools(f"{path}alone: give node or device")
    if members.get("alone") == "device" and not members.get("resource"):
        raise WrongPools(f"{path}alone: device needs a resource: without one nodes are counted, and no devices")
    for variable, value in members.get("env", {}).items():
        if wrong := variables.fault(variable, value):
            raise WrongPools(f"{path}env.{variable}: {wrong}")
    return DeviceType(name=name, **members)


def _members(cls: type, document: Any, path: str, without: str = "") -> dict[str, Any]:
    kinds = {each.name: str(each.type) for each in fields(cls) if each.name != without}
    given = _object(document, path.rstrip(".") or "the document")
    for name, value in given.items():
        if name not in kinds:
            raise WrongPools(f"{path}{name}: no such member; known are {', '.join(sorted(kinds))}")
        fits, wanted = _FITS.get(kinds[name], (lambda _: True, ""))
        if not fits(value):
            raise WrongPools(f"{path}{name}: give {wanted}")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}


def _object(value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise WrongPools(f"{path}: give an object")
    return value


def _is_labels(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_groups(value: Any) -> bool:
    whole = isinstance(value, list) and all(isinstance(each, int) and not isinstance(each, bool) for each in value)
    return whole and all(0 < each < 2**31 for each in value)  # root's is nobody's to give


def _is_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


# By how the members are typed above; whole cores are looked at by themselves.
_FITS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "str": (lambda value: isinstance(value, str), "a string"),
    "Mapping[str, str]": (_is_labels, "an object whose values are strings"),
    "tuple[Mapping[str, Any], ...]": (_is_objects, "a list of objects"),
    "tuple[Mapping[str, str], ...]": (_is_objects, "a list of objects"),
    "tuple[int, ...]": (_is_groups, "a list of group numbers, each 1 or more"),
}
