"""Targets for people: a line for each device, those that cannot be used among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Facts = dict[str, Any]


def rows(target: Facts) -> Sequence[Facts]:
    """A row for each device that is there, then one for each that is not."""
    known = target.get("devices") or [{"name": target.get("device")}]
    there = [
        target
        | {
            "device": each["name"],
            "state": _state(target, each),
            "int8": _yes(each.get("int8")),
            "says": _says(target, each),
        }
        for each in known
    ]
    lacks = [
        {"id": target["id"], "device": each["device"], "state": "unusable", "says": each["reason"]}
        for each in target.get("absent") or []
    ]
    return [*there, *lacks]


def _state(target: Facts, device: Facts) -> str | None:
    """Of a device type how many are free; else the word."""
    state = device.get("state")
    if "total" in target and state in ("free", "busy"):
        return f"{target['free']} of {target['total']} free"
    return str(state) if state else None


def _says(target: Facts, device: Facts) -> str | None:
    """Its full name and why it is not free; of a device type why some of it cannot be used, too."""
    why = device.get("reason") or target.get("reason")
    parts = [device.get("full_name"), device.get("driver"), _broken(target), why]
    return "; ".join(str(part) for part in parts if part) or None


def _broken(target: Facts) -> str | None:
    return f"{target['broken']} broken" if target.get("broken") else None


def _yes(known: bool | None) -> str | None:
    return None if known is None else "yes" if known else "no"
