"""The devices of this machine as a core last saw them: one object in the store, which every service's API reads.

Only the profiler's core asks OpenVINO; what it found is of the machine, whichever team it looked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from workbench.runner.device_names import kind_of, misnamed
from workbench.store import ObjectMissing, Store

KEY = "installation/devices.json"


@dataclass(frozen=True)
class Here:
    """``devices``: their names. ``absent``: why there is none of a kind. ``at``: seconds since the epoch."""

    devices: tuple[str, ...]
    absent: Mapping[str, str]
    at: float

    def why_not(self, device: str) -> str | None:
        """The reason that was found for a device that is not here, where its kind was looked for."""
        return misnamed(device) or self.absent.get(kind_of(device))


def here_of(seen: Mapping[str, Any], at: float) -> Here:
    """What of it a request's device is held against. ``seen``: a machine, in the words of the core that looked."""
    devices = tuple(device["name"] for device in seen["devices"])
    return Here(devices, {each["device"]: each["reason"] for each in seen["absent"]}, at)


def tell(store: Store, seen: Mapping[str, Any], at: float) -> None:
    """Replace what was told before. ``seen``: see here_of."""
    store.put(KEY, json.dumps(asdict(here_of(seen, at))).encode())


def told(store: Store) -> Here | None:
    """What was told last; None when nobody has looked."""
    try:
        document = json.loads(store.get(KEY))
    except ObjectMissing:
        return None
    return Here(tuple(document["devices"]), document["absent"], document["at"])
