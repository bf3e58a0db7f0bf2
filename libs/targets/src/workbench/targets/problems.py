"""Refusals of a request for a place that there is not."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.problems import Problem


@dataclass(eq=False)
class UnknownTarget(Problem):
    """Neither a device type of this installation nor a machine of the team has the name that was given as the target.

    Remedy: choose one of `available`; `workbench targets list` says what each has, and leaving it out takes the first
    that has the device.
    """

    status = 422
    title = "There is no such target"
    target: str
    available: list[str]

    @property
    def detail(self) -> str:
        """Name those that exist."""
        return f"target: {self.target!r} is not one of {', '.join(self.available) or 'any: there are none'}."


@dataclass(eq=False)
class TargetNameTaken(Problem):
    """A machine was to be registered under a name that a target has.

    Remedy: choose another name; or `workbench targets renew NAME` where it is the same machine, which has lost its
    secret, and `workbench targets rm NAME` where it is no more.
    """

    status = 409
    title = "There is a target of this name"
    name: str

    @property
    def detail(self) -> str:
        """Name it."""
        return f"name: {self.name!r} is a target already."


@dataclass(eq=False)
class DeviceNotOfTarget(Problem):
    """A device was asked for that the target does not have.

    Remedy: leave `device` out to use the target's own, or choose a target that has it; `workbench targets list`
    names them.
    """

    status = 422
    title = "The target has no such device"
    device: str
    target: str
    device_of_target: str

    @property
    def detail(self) -> str:
        """Name the device that the target has."""
        return f"device: the target {self.target} has {self.device_of_target}, not {self.device!r}."


@dataclass(eq=False)
class DeviceNotHere(Problem):
    """A device was asked for that this machine does not have, as far as OpenVINO was last asked.

    Remedy: choose one of those there are, or none to use the CPU; `workbench targets list` says what each can
    do, and what those that are missing need.
    """

    status = 422
    title = "This machine has no such device"
    device: str
    available: list[str]
    missing: str
    reason: str | None

    @property
    def detail(self) -> str:
        """Name the devices that there are, and why the one is not."""
        why = f" No {self.missing}: {self.reason}" if self.reason else ""
        return f"device: {self.device!r} cannot be used here; there are {', '.join(self.available) or 'none'}.{why}"


@dataclass(eq=False)
class NoTargetForDevice(Problem):
    """No device type of this installation has the device that was asked for, or a CPU when nothing was.

    Remedy: choose one of `available`, or have an operator add a device type that has the device.
    """

    status = 422
    title = "No target has this device"
    device: str
    available: list[str]

    @property
    def detail(self) -> str:
        """Name the devices that targets have."""
        return f"device: no target has {self.device!r}; they have {', '.join(self.available) or 'none'}."
