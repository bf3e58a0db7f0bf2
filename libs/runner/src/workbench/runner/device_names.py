"""What a device's name asks for: one device, or a list of which OpenVINO makes one. Standard library only.

``CPU``, ``GPU.1``; ``AUTO`` (whatever there is), ``AUTO:GPU,CPU`` (the first that can), ``AUTO:-GPU`` (anything else),
``MULTI:GPU,CPU`` (requests to all), ``HETERO:GPU,CPU`` (layers to the first that knows them), ``BATCH:GPU(4)``.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

CPU = "CPU"
VIRTUAL = ("AUTO", "MULTI", "HETERO", "BATCH")
_MEMBER = re.compile(r"-?[A-Za-z][\w.-]*")
_BATCH = re.compile(r"([A-Za-z][\w.-]*)(\([1-9]\d{0,5}\))?")


class WrongDevice(ValueError):
    """The list can mean nothing; the message says what would be accepted."""


@dataclass(frozen=True)
class DeviceName:
    """virtual: what OpenVINO makes of the members; None: the one member itself.

    members: none of ``AUTO`` is whatever there is. excluded: what ``AUTO`` may not take.
    """

    virtual: str | None
    members: tuple[str, ...]
    excluded: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """``GPU`` for ``GPU.1``, in their order."""
        return tuple(dict.fromkeys(map(kind_of, self.members)))

    def missing(self, there: Collection[str]) -> tuple[str, ...]:
        """The members that a machine with these devices lacks; ``GPU`` is the first of ``GPU.0``, ``GPU.1``."""
        known = {*there, *map(kind_of, there)}
        return tuple(each for each in self.members if each not in known)


def kind_of(device: str) -> str:
    """``GPU`` of ``GPU.1``."""
    return device.partition(".")[0]


def misnamed(device: str) -> str | None:
    """What is wrong with the name itself of one device, as a sentence; None when it may be one."""
    if kind_of(device) == CPU and device != CPU:
        return f"there is one CPU device, without a number: {CPU}."
    if kind_of(device) != kind_of(device).upper():
        return f"names of devices are written in capitals: {device.upper()}."
    return None


def read_device(name: str) -> DeviceName:
    """Raises WrongDevice for a list that is none; whether there is such a device is for others to say."""
    virtual, colon, listed = name.partition(":")
    if virtual not in VIRTUAL:
        return DeviceName(None, (name,))
    if not listed:
        if virtual == "AUTO" and not colon:
            return DeviceName(virtual, ())
        such = f"{virtual}:GPU" if virtual == "BATCH" else f"{virtual}:GPU,CPU"
        raise WrongDevice(f"Must name devices after '{virtual}:', such as {such}.")
    return _batch(listed) if virtual == "BATCH" else _list(virtual, listed.split(","))


def _batch(listed: str) -> DeviceName:
    found = _BATCH.fullmatch(listed)
    if found is None or found[1] in VIRTUAL:
        raise WrongDevice("Must name one device after 'BATCH:', with a batch or without: BATCH:GPU, BATCH:GPU(4).")
    return DeviceName("BATCH", (found[1],))


def _list(virtual: str, listed: list[str]) -> DeviceName:
    for each in listed:
        if not _MEMBER.fullmatch(each) or each in VIRTUAL:
            raise WrongDevice(
                f"Must name devices of a machine after '{virtual}:', between commas without spaces: {each!r} is none."
            )
    members = tuple(each for each in listed if not each.startswith("-"))
    excluded = tuple(each[1:] for each in listed if each.startswith("-"))
    if excluded and (virtual != "AUTO" or members):
        raise WrongDevice("Must name the devices to take, or with AUTO only those to leave out (AUTO:-GPU).")
    if len(set(listed)) < len(listed):
        raise WrongDevice("Must name each device once.")
    return DeviceName(virtual, members, excluded)
