"""How much a team stores, how much it may, and the refusal of what would be too much.

What counts is in rows (`workbench.jobs.record.storage`): declared uploads as if all of them had arrived, deleted
things not at all, so what a person does to make room helps at once. What a pipeline's own steps make counts, but is
not refused half-way: the request that began it was.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from workbench.jobs import Jobs
from workbench.jobs.record.stored import NoRoomLeft
from workbench.problems import Problem
from workbench.webapp.teams import read_team

CACHE_S = 60.0  # of what an operator has set


@dataclass(eq=False)
class StorageLimit(Problem):
    """The team stores as much as it may.

    Remedy: delete models, datasets or packages that are not needed any more (`workbench <resource> rm ID`), abandon
    uploads that will not be completed, or ask the operator for more room.
    """

    status = 507
    title = "The team's storage limit is reached"
    used_bytes: int
    limit_bytes: int
    needed_bytes: int

    @property
    def detail(self) -> str:
        """What is used, what there is, what was asked for."""
        asked = f"; this needs {_mib(self.needed_bytes)} more" if self.needed_bytes else ""
        return f"The team uses {_mib(self.used_bytes)} of {_mib(self.limit_bytes)}{asked}."


class Room:
    """What each team uses and may, exact within this service; of the others, what they have published. Thread-safe."""

    def __init__(self, record: Jobs, default_limit_bytes: int) -> None:
        self._storage, self._store = record.storage, record.store
        self._default = default_limit_bytes
        self._limits: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def by_service(self, team: str) -> dict[str, int]:
        """What each service counts, whether there is a limit or not."""
        return self._storage.by_service(team)

    def require(self, team: str, more_bytes: int = 0) -> None:
        """That so much more would fit, if only a little: who is at the limit submits nothing. Raises StorageLimit."""
        limit = self.limit(team)
        if not limit or self._storage.used(team) + max(more_bytes, 1) <= limit:
            return
        used = self._storage.used(team, again=True)
        if used + max(more_bytes, 1) > limit:
            raise StorageLimit(used, limit, more_bytes)

    def reserve(self, team: str, upload_id: str, size_bytes: int) -> None:
        """Let an upload bring so much in all, from now until its job has ended. Raises StorageLimit."""
        limit = self.limit(team)
        try:
            self._storage.reserve(team, upload_id, size_bytes, limit)
        except NoRoomLeft as full:
            raise self._refusal(team, full, limit, size_bytes) from None

    def reserve_second(self, team: str, upload_id: str, place: str, size_bytes: int) -> None:
        """Let another candidate of a part be there. Raises StorageLimit."""
        limit = self.limit(team)
        try:
            self._storage.reserve_second(team, upload_id, place, size_bytes, limit)
        except NoRoomLeft as full:
            raise self._refusal(team, full, limit, size_bytes) from None

    def release(self, team: str, upload_id: str) -> None:
        """The upload will bring nothing; safe to repeat."""
        self._storage.release(team, upload_id)

    def tell(self, team: str) -> None:
        """The other services at once: somebody has made room and will want to use it there."""
        if self.limit(team):
            self._storage.publish([team])

    def limit(self, team: str) -> int:
        """What the team may store; 0: no limit."""
        with self._lock:
            limit, until = self._limits.get(team, (0, 0.0))
            if time.monotonic() >= until:
                found = read_team(self._store, team)
                own = found.storage_limit_bytes if found else None
                limit = self._default if own is None else own
                self._limits[team] = limit, time.monotonic() + CACHE_S
            return limit

    def _refusal(self, team: str, full: NoRoomLeft, limit: int, size_bytes: int) -> StorageLimit:
        return StorageLimit(full.used_bytes + self._storage.elsewhere(team), limit, size_bytes)


def _mib(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:,.1f} MiB"
