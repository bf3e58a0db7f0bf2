"""What is said of a target, in one shape: this machine as a core has seen it, a device type as its nodes were counted.

Both have ``devices`` with a ``state``, the reason of it, and ``last_measured``; what nobody has looked at is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from workbench.runner.device_names import kind_of

Facts = Mapping[str, Any]
Target = dict[str, Any]
State = Literal["free", "busy", "unusable", "unknown"]

# What a measurement tells of the device it ran on, under the names that a device of this machine has.
_TOLD = {"full_name": "full_device_name", "architecture": "device_architecture", "type": "device_type"}
# Capabilities that are not number formats to infer in.
_NOT_PRECISIONS = {"WINOGRAD", "EXPORT_IMPORT", "GPU_HW_MATMUL", "GPU_USM_MEMORY"}
INT8 = "INT8"


def precisions(capabilities: list[str]) -> list[str]:
    """Those of OpenVINO's ``OPTIMIZATION_CAPABILITIES`` that one can infer in."""
    return [name for name in capabilities if name not in _NOT_PRECISIONS]


def machine(seen: Facts, seen_at: str | None, state: State, reason: str | None, last: Facts | None) -> Target:
    """A machine, such as this one. ``seen``: by a core; ``seen_at``: when (RFC 3339); ``state``: of all its devices,
    since one lock is for the whole machine."""
    return {
        **seen,
        "kind": "machine",
        "devices": [{**device, "state": state, "reason": reason} for device in seen["devices"]],
        "usable": bool(seen["devices"]),
        "reason": None if seen["devices"] else "OpenVINO finds no device here",
        "seen_at": seen_at,
        "last_measured": last_measured(last),
    }


def registered(
    name: str, seen: Facts | None, seen_at: str | None, away: str | None, working: str | None, last: Facts | None
) -> Target:
    """A machine of a team. ``away``: why it does nothing now; ``working``: what works there, None for nothing."""
    state: State = "unknown" if away else "busy" if working else "free"
    looked = machine(seen or {"devices": []}, seen_at, state, away or working, last) | {"id": name, "name": name}
    if seen is None:
        looked |= {"usable": False, "reason": "nobody has looked at its devices yet"}
    return looked | ({"usable": False, "reason": away} if away else {})


def device_type(counted: Facts, last: Facts | None) -> Target:
    """A device type of a cluster. What its device is called and can do, the last measurement on it has told."""
    state, reason = _state(counted)
    device = {"name": counted["device"], "state": state, "reason": reason, **_told(counted["device"], last)}
    return {**counted, "kind": "device-type", "devices": [device], "last_measured": last_measured(last)}


def last_measured(profile: Facts | None) -> dict[str, Any] | None:
    """``profile``: the facts of its manifest, with its id as ``id`` and as ``at`` when it had ended (RFC 3339)."""
    if profile is None:
        return None
    names = ("id", "at", "model_id", "device", "throughput_fps")
    return {**{name: profile.get(name) for name in names}, "verdict": (profile.get("trust") or {}).get("verdict")}


def _state(counted: Facts) -> tuple[State, str | None]:
    if not counted["usable"]:
        return "unusable", counted["reason"]
    if counted["free"]:
        return "free", None
    if counted.get("unused"):
        return "busy", "measurements have the nodes for themselves; other work can have a device"
    return "busy", f"{counted['busy']} of {counted['total']} in use"


def _told(name: str, last: Facts | None) -> dict[str, Any]:
    """None for everything as long as nobody of the team has measured there: only a run has OpenVINO at hand."""
    provenance = (last or {}).get("provenance") or {}
    seen = [provenance.get("device") or {}, *(provenance.get("executed_on") or ())]  # of a list: each that executed
    device: Facts = next((each for each in seen if kind_of(each.get("device") or "") == kind_of(name)), {})
    capabilities = device.get("optimization_capabilities")
    known = precisions(capabilities) if capabilities else None
    return {
        **{name: device.get(property) for name, property in _TOLD.items()},
        "capabilities": capabilities,
        "precisions": known,
        "int8": INT8 in known if known is not None else None,
        "driver": device.get("driver"),
        "plugin_version": next(iter((device.get("plugin_versions") or {}).values()), None),
    }
