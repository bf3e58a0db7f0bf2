"""What a team stores, for those who let something in: this service's own rows, and what the others have published.

Each service tells the others what it counts, at most once a minute and after each deletion: one small object in the
store. So within one service nothing passes a limit; two services together may let in as much as came to either
in the last TOLD_S + ASKED_S seconds.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Row, or_, select, update
from workbench.jobs.record import stored
from workbench.jobs.record.engine import reading
from workbench.jobs.record.tables import jobs, usage
from workbench.jobs.record.tables import stored as stored_rows
from workbench.store import Keys, ObjectMissing, Store

TOLD_S = 60.0
ASKED_S = 60.0
SETTLED_S = 24 * 3600.0  # no request takes longer
# Who may have counted something; each is asked by name, which costs no listing.
SERVICES = ("model-registry", "converter", "dataset", "profiler", "calibrator", "packager", "project")


@dataclass(frozen=True)
class _Told:
    used_bytes: dict[str, int]  # by service
    asked_at: float


class Storage:
    """Of one service. Thread-safe. Raises DatabaseAway and StoreAway."""

    def __init__(self, engine: Engine, store: Store, service: str) -> None:
        self._engine, self._store, self._service = engine, store, service
        self._told: dict[str, _Told] = {}
        self._lock = threading.Lock()

    def used(self, team: str, *, again: bool = False) -> int:
        """By all services. ``again``: ask the others, however lately that was done."""
        return self._own(team) + self.elsewhere(team, again=again)

    def elsewhere(self, team: str, *, again: bool = False) -> int:
        """What the other services have published."""
        return sum(self._others(team, again=again).values())

    def by_service(self, team: str) -> dict[str, int]:
        """Of each that counts anything."""
        counted = {self._service: self._own(team), **self._others(team)}
        return {service: counted[service] for service in SERVICES if counted.get(service)}

    def reserve(self, team: str, upload_id: str, size_bytes: int, limit_bytes: int) -> None:
        """Let an upload bring so much in all. ``limit_bytes`` 0: none. Raises NoRoomLeft."""
        self._reserve(team, upload_id, stored.UPLOAD + upload_id, size_bytes, limit_bytes)

    def reserve_second(self, team: str, upload_id: str, place: str, size_bytes: int, limit_bytes: int) -> None:
        """Let a part be there twice, until one of the two is chosen. Raises NoRoomLeft."""
        self._reserve(team, upload_id, f"{stored.SECOND}{upload_id}/{place}", size_bytes, limit_bytes)

    def release(self, team: str, holder: str) -> None:
        """Nothing of this job or upload counts any more; safe to repeat."""
        with self._engine.begin() as connection:
            stored.release(connection, team, holder)

    def begin(self) -> None:
        """Count what there is when nothing has been counted yet: an earlier release counted nothing."""
        with reading(self._engine).connect() as connection:
            if connection.execute(select(usage.c.team).limit(1)).first() is not None:
                return
        with self._engine.begin() as connection:
            stored.recount(connection)

    def mend(self) -> dict[str, tuple[int, int]]:
        """Count everything again and tell it; what was counted and is now, by team.

        A reservation goes when neither an upload nor a job is left that it is for: its request was killed.
        """
        for row in self._uploads():
            if row.since < time.time() - SETTLED_S and not self._needed(row.team, row.id):
                self.release(row.team, row.id)
        with self._engine.begin() as connection:
            counted = stored.recount(connection)
        self.publish(counted)
        return counted

    def uncount(self, team: str, job_id: str) -> None:
        """What the job has made was deleted at another service: it counts never again; safe to repeat."""
        with self._engine.begin() as connection:
            stored.uncount(connection, team, job_id)

    def _needed(self, team: str, upload_id: str) -> bool:
        with reading(self._engine).connect() as connection:
            going_on = jobs.c.state.in_(["queued", "running"])
            if connection.execute(select(jobs.c.id).where(jobs.c.id == upload_id, going_on)).first() is not None:
                return True
        declared = self._store.list(Keys(team).declarations())
        arrived = self._store.list(Keys(team).upload(upload_id))
        return any(info.key.endswith(f"/{upload_id}.json") for info in declared) or any(True for _ in arrived)

    def publish(self, teams: Iterable[str] | None = None) -> None:
        """Tell the other services; without ``teams``, of those whose news is older than TOLD_S."""
        with reading(self._engine).connect() as connection:
            changed = or_(usage.c.used_bytes != usage.c.published_bytes, usage.c.published_at == 0)
            due = changed & (usage.c.published_at < time.time() - TOLD_S)
            query = select(usage.c.team).where(due if teams is None else usage.c.team.in_(list(teams)))
            wanted = connection.execute(query).scalars().all()
        for team in wanted:
            while not self._tell(team):
                pass

    def _tell(self, team: str) -> bool:
        """Whether what the store has now is sure to be the newest: else another process has told meanwhile.

        Then nobody knows whose object came last. Each time some process was undisturbed, so it ends.
        """
        mine = usage.c.team == team
        with reading(self._engine).connect() as connection:
            row = connection.execute(select(usage.c.used_bytes, usage.c.published_at).where(mine)).one()
        news = {"used_bytes": int(row.used_bytes), "at": time.time()}
        self._store.put(Keys(team).usage(self._service), json.dumps(news).encode())
        told = update(usage).where(mine, usage.c.published_at == row.published_at)
        with self._engine.begin() as connection:
            changed = told.values(published_bytes=row.used_bytes, published_at=news["at"])
            return connection.execute(changed).rowcount == 1

    def watch_uploads(self) -> None:
        """Count what clients have sent beside us, to signed URLs, more than once; begin again what is too much.

        A part may be there twice, as it may here. Beyond that the parts of that file are dropped, and the upload is not
        found any more.
        """
        uploads = {row.id: row for row in self._uploads()}
        for team in {row.team for row in uploads.values()}:
            for heap, surplus in self._store.heaped(Keys(team).uploads()):
                row = uploads.get(heap.key.split("/")[3])
                if row is None:
                    continue
                if surplus > row.size_bytes:
                    self._store.abort_parts(heap.key, heap.upload)
                    surplus = 0
                self.reserve_second(team, row.id, heap.key.rpartition("/")[2], surplus, limit_bytes=0)

    def _uploads(self) -> Sequence[Row[Any]]:
        """What uploads have reserved."""
        with reading(self._engine).connect() as connection:
            return connection.execute(select(stored_rows).where(stored_rows.c.content.startswith(stored.UPLOAD))).all()

    def _reserve(self, team: str, holder: str, content: str, size_bytes: int, limit_bytes: int) -> None:
        for again in (False, True):  # somebody may just have made room elsewhere
            room = limit_bytes - self.elsewhere(team, again=again) if limit_bytes else None
            try:
                with self._engine.begin() as connection:
                    stored.reserve(connection, team, holder, content, size_bytes, room)
                return
            except stored.NoRoomLeft:
                if again:
                    raise

    def _own(self, team: str) -> int:
        with reading(self._engine).connect() as connection:
            return int(connection.execute(select(usage.c.used_bytes).where(usage.c.team == team)).scalar() or 0)

    def _others(self, team: str, *, again: bool = False) -> dict[str, int]:
        with self._lock:
            told = self._told.get(team)
            if told is None or again or time.monotonic() - told.asked_at > ASKED_S:
                others = [service for service in SERVICES if service != self._service]
                found = {service: self._published(team, service) for service in others}
                told = self._told[team] = _Told(found, time.monotonic())
            return told.used_bytes

    def _published(self, team: str, service: str) -> int:
        try:
            return max(0, int(json.loads(self._store.get(Keys(team).usage(service)))["used_bytes"]))
        except ObjectMissing:
            return 0
