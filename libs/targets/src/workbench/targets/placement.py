"""Where a request is to run, and how long it may: the target and device that it leaves open follow from what there is.

A target is a device type of the cluster, or a machine that the team has registered. Without device types the workbench
is this machine, whose name is ``local``, and those.
What is filled in here is what the job's request says from then on. In a cluster ``local`` counts as not given: it is
what releases without device types wrote for wherever they ran, in projects, commands and scripts that still come.
A device type's variables (``env``) are of the request, too: with others another result comes, and none is reused.

Of this machine it is asked what it has only where a device is named that not every machine has.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from workbench.problems.common import InvalidRequest
from workbench.runner.device_names import CPU, DeviceName, kind_of, read_device
from workbench.runner.device_time import DeviceTime
from workbench.runner.pools import DeviceType, Pools
from workbench.runner.values import LOCAL
from workbench.targets.here import Here
from workbench.targets.machines import Machine, Machines
from workbench.targets.problems import DeviceNotHere, DeviceNotOfTarget, NoTargetForDevice, UnknownTarget

Body = dict[str, Any]


def _nobody_looked(_device: DeviceName) -> Here | None:
    return None


@dataclass(frozen=True)
class Placement:
    """Built once, from the settings. ``pools``: of the cluster, None where heavy work runs on this machine.
    ``device_time``: the most that one measurement may ask for. ``seen_for``: this machine, as it is known when a device
    is asked for; None where nobody knows, and the core will say. ``machines``: those that teams have registered;
    ``team``: whose request it is.

    Each method gives a request's body with its ``target`` and ``device`` settled. Raises UnknownTarget, DeviceNotHere,
    DeviceNotOfTarget and NoTargetForDevice, which name what there is.
    """

    pools: Pools | None = None
    device_time: DeviceTime = field(default_factory=DeviceTime)
    seen_for: Callable[[DeviceName], Here | None] = _nobody_looked
    machines: Machines | None = None
    team: str = ""

    def of(self, team: str) -> Placement:
        """The same for a request of this team."""
        return replace(self, team=team)

    def measurement(self, body: Body, models: int = 1) -> Body:
        """As ``resolve``, for what measures so many models in turns.

        Raises InvalidRequest when it would have its device for too long, too.
        """
        within_s = body.get("within_s") if body.get("until") else None
        faults = self.device_time.faults(body["duration_s"], body["launches"], within_s, models)
        if faults:
            raise InvalidRequest(faults)
        return self.resolve(body)

    def resolve(self, body: Body) -> Body:
        """A target and a device, always: those asked for, else a CPU and the first device type that has the device."""
        target, device = body.get("target"), body.get("device")
        if self._is_machine(target):
            self._refuse_missing(str(target), device or CPU)
            return {**body, "device": device or CPU}
        if self.pools is None:
            if target not in (None, LOCAL):
                raise self._unknown(target)
            self._refuse_absent(device or CPU)
            return {**body, "target": LOCAL, "device": device or CPU}
        if target in (None, LOCAL):
            chosen = _default(self.pools, device or CPU)
        else:
            chosen = self._named(target)
            _check_kind(chosen, device)
        return {**_on(chosen, body), "device": device or chosen.device}

    def resolve_or_host(self, body: Body) -> Body:
        """As ``resolve``, but for a CPU of a cluster a target is only what was named: without one it is host work."""
        target, device = body.get("target"), body.get("device") or CPU
        if self.pools is not None and target in (None, LOCAL) and _accelerator(device) == CPU:
            return {**body, "target": None, "device": device}
        return self.resolve(body)

    def only_if_asked(self, body: Body) -> Body:
        """For host work that may be asked to run on a target: a ``target`` only where that is a device type."""
        target = body.get("target")
        if target in (None, LOCAL):
            return {name: value for name, value in body.items() if name != "target"}
        if self._is_machine(target):
            return body
        return _on(self._named(target), body)

    def _is_machine(self, target: str | None) -> bool:
        if target in (None, LOCAL) or self.machines is None or (self.pools and target in self.pools.deviceTypes):
            return False
        return self.machines.get(self.team, str(target)) is not None

    def _refuse_missing(self, machine: str, device: str) -> None:
        """As long as nobody has looked, the core will say."""
        seen = self.machines.here(self.team, machine) if self.machines else None
        if seen and read_device(device).missing(seen.devices):
            raise DeviceNotOfTarget(device, machine, ", ".join(seen.devices))

    def _named(self, target: str) -> DeviceType:
        found = self.pools.deviceTypes.get(target) if self.pools else None
        if found is None:
            raise self._unknown(target)
        return found

    def _unknown(self, target: str) -> UnknownTarget:
        there = list(self.pools.deviceTypes) if self.pools else [LOCAL]
        return UnknownTarget(target, [*there, *(each.name for each in self._machines())])

    def _machines(self) -> list[Machine]:
        return self.machines.of(self.team) if self.machines and self.team else []

    def _refuse_absent(self, device: str) -> None:
        asked = read_device(device)
        seen = self.seen_for(asked) if asked.missing([CPU]) else None
        missing = asked.missing(seen.devices) if seen else ()
        if seen and missing:
            raise DeviceNotHere(device, list(seen.devices), missing[0], seen.why_not(missing[0]))


def _on(chosen: DeviceType, body: Body) -> Body:
    others = {name: value for name, value in body.items() if name != "env"}
    return {**others, "target": chosen.name} | ({"env": dict(chosen.env)} if chosen.env else {})


def _accelerator(device: str) -> str:
    """The one device that decides about the node, since every node has a CPU; else the name as it was given."""
    asked = read_device(device)
    if asked.virtual is None or not asked.members:
        return kind_of(device)
    others = [kind for kind in asked.kinds if kind != CPU]
    return CPU if not others else others[0] if len(others) == 1 else device


def _default(pools: Pools, device: str) -> DeviceType:
    found = pools.default_for(_accelerator(device))
    if found is None:
        raise NoTargetForDevice(device, sorted({each.device for each in pools.deviceTypes.values()}))
    return found


def _check_kind(chosen: DeviceType, device: str | None) -> None:
    """A list may name the target's device and the CPU, which every node has; AUTO alone takes what is there."""
    if device is None:
        return
    asked, has = read_device(device), {kind_of(chosen.device)}
    if asked.virtual is not None:
        has.add(CPU)
    if not has.issuperset(asked.kinds):
        raise DeviceNotOfTarget(device, chosen.name, chosen.device)
