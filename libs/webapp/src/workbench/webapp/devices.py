"""What an API knows of this machine's devices: as they were last seen, or as they are seen when it asks for a look.

Only a core may load OpenVINO, and it is the profiler's: a look is a command to it, one in ten minutes for a team. Where
no look ends in time, as behind a measurement that has the machine, the last one is the answer, however old. One request
of a process waits for it at a time, and none for a while after one that waited in vain: a thread is not for that.
"""

from __future__ import annotations

import threading
import time
import uuid

from workbench.jobs import Jobs, put_in_outbox
from workbench.messages import Message
from workbench.runner.device_names import DeviceName
from workbench.targets.here import Here, told
from workbench.webapp.ports import identity

KEPT_S = 600.0  # what is older is looked at anew before a device counts as missing
LOOK_S = 25.0  # a look takes one; as long as one is waited for
AGAIN_LOOK_S = LOOK_S / 10  # where an earlier one is an answer, too
AGAIN_S = 0.1
IN_VAIN_S = 60.0  # nobody seems to be there who looks


class Devices:
    """``seen_for`` is what Placement asks for a device."""

    def __init__(self, record: Jobs, look_s: float = LOOK_S) -> None:
        self._record = record
        self._look_s = look_s
        self._asked: dict[str, str] = {}  # of each team, the look that was asked for last
        self._waiting = threading.Lock()
        self._waits_from = 0.0

    def seen_for(self, device: DeviceName) -> Here | None:
        """The machine as it was seen; not older than ten minutes if the device is not there, as far as can be known.

        None where nobody has looked, and nobody does in time.
        """
        known = told(self._record.store)
        if known is not None and not (device.missing(known.devices) and self._is_old(known)):
            return known
        self._ask()
        if time.monotonic() < self._waits_from or not self._waiting.acquire(blocking=False):
            return known
        try:
            return self._looked_after(known)
        finally:
            self._waiting.release()

    def _looked_after(self, known: Here | None) -> Here | None:
        deadline = time.monotonic() + (self._look_s if known is None else self._look_s * AGAIN_LOOK_S / LOOK_S)
        while time.monotonic() < deadline:
            time.sleep(AGAIN_S)
            seen = told(self._record.store)
            if seen is not None and seen != known:
                return seen
        self._waits_from = time.monotonic() + IN_VAIN_S
        return known

    @staticmethod
    def _is_old(known: Here) -> bool:
        return not 0 <= time.time() - known.at < KEPT_S

    def _ask(self) -> None:
        team = identity().team
        job = str(uuid.uuid5(uuid.NAMESPACE_URL, f"workbench:target:{team}:{int(time.time() // KEPT_S)}"))
        if self._asked.get(team) == job:
            return
        command = Message("target.requested", f"/{self._record.service}", job, team, {})
        with self._record.engine.begin() as connection:
            put_in_outbox(connection, command)
        self._record.ring()
        self._asked[team] = job
