"""What each team stores by this service's hand, counted in rows by the transactions that change it.

An upload reserves what it may bring from when it is declared, or comes in, until its job has ended; a job's files
count from when they are published until the job is deleted. The same bytes made twice by one service count once.
Every change holds the lock of the team's row in ``usage``, so the sum is exact whatever number of processes count.
Whoever locks a job's row, too, does that first.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, text, update
from workbench.jobs.job import Job, State
from workbench.jobs.record.tables import jobs, stored, usage
from workbench.store import Manifest

UPLOAD = "upload:"  # what an upload reserves, followed by its id
SECOND = "second:"  # what came for a part that had arrived already, followed by where it lies
ELSEWHERE = (
    "deleted elsewhere"  # what is left, of no size, of a job whose files somebody has deleted at another service
)


class NoRoomLeft(Exception):
    """So much is used already that more does not fit; nothing was changed."""

    def __init__(self, used_bytes: int) -> None:
        super().__init__(used_bytes)
        self.used_bytes = used_bytes


class Stored(NamedTuple):
    """One content of one job or upload."""

    content: str
    size_bytes: int


def lock(connection: Connection, team: str) -> int:
    """What the team uses by this service, which nobody else changes until the transaction ends."""
    query = select(usage.c.used_bytes).where(usage.c.team == team).with_for_update()
    used = connection.execute(query).scalar()
    if used is None:
        new = text(
            "insert into usage (team, used_bytes, published_bytes, published_at) values (:team, 0, 0, 0) "
            "on conflict do nothing"
        )
        connection.execute(new, {"team": team})
        used = connection.execute(query).scalar_one()
    return int(used)


def reserve(connection: Connection, team: str, holder: str, content: str, size_bytes: int, room: int | None) -> None:
    """Count so much for ``content``, instead of what was counted for it. ``room``: None is without end.

    A second part counts only beside its upload's own reservation: the upload may have ended while it was looked at, and
    nobody would release it again. Raises NoRoomLeft when it grows beyond the room.
    """
    used = lock(connection, team)
    if content.startswith(SECOND) and not _anything(connection, holder, stored.c.content.startswith(UPLOAD)):
        return
    mine = (stored.c.id == holder, stored.c.content == content)
    before = connection.execute(select(stored.c.size_bytes).where(*mine)).scalar()
    more = size_bytes - (before or 0)
    if room is not None and more > 0 and used + more > room:
        raise NoRoomLeft(used)
    if before is None:
        _insert(connection, team, holder, [Stored(content, size_bytes)])
    else:
        connection.execute(update(stored).where(*mine).values(size_bytes=size_bytes))
    _add(connection, team, more)


def count(connection: Connection, job: Job) -> None:
    """An ended job's upload counts no more, and what it has made does. Part of the transaction that ends it."""
    made = job.manifest if job.state is State.SUCCEEDED and not job.reused_from else None
    files = sizes(Manifest.parse(made)) if made else {}
    if files or "files" in job.request:
        keep(connection, job.team, job.id, files)


def keep(connection: Connection, team: str, job_id: str, files: Mapping[str, int]) -> None:
    """From now on the job's files, sizes by SHA-256, count; and no longer what its upload had reserved."""
    if files or _anything(connection, job_id):
        lock(connection, team)
        freed = _forget(connection, team, job_id)
        there = _contents(connection, team, files)
        _insert(connection, team, job_id, [Stored(sha256, size) for sha256, size in files.items()])
        _add(connection, team, sum(size for sha256, size in files.items() if sha256 not in there) - freed)


def release(connection: Connection, team: str, holder: str) -> None:
    """Nothing of this job or upload counts any more; safe to repeat."""
    lock(connection, team)  # though nothing is counted: it may be just now, with everything else
    keep(connection, team, holder, {})


def uncount(connection: Connection, team: str, job_id: str) -> None:
    """What the job has made was deleted at another service, and counts never again; safe to repeat."""
    release(connection, team, job_id)
    ours = select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.team == team)
    if connection.execute(ours).first() is not None:
        _insert(connection, team, job_id, [Stored(ELSEWHERE, 0)])


def drop(connection: Connection, team: str, holder: str, content: str) -> None:
    """One content of it counts no more; safe to repeat."""
    lock(connection, team)
    mine = (stored.c.id == holder, stored.c.content == content, stored.c.team == team)
    freed = connection.execute(delete(stored).where(*mine).returning(stored.c.size_bytes)).scalars().all()
    _add(connection, team, -sum(freed))


def recount(connection: Connection) -> dict[str, tuple[int, int]]:
    """Count everything again from the jobs and reservations there are; what was counted and is now, by team.

    Jobs that were published by an earlier release, or that somebody has restored, are found so.
    """
    _lock_all(connection)
    before = {row.team: int(row.used_bytes) for row in connection.execute(select(usage))}
    gone = stored.c.content == ELSEWHERE
    reserved = stored.c.content.startswith(UPLOAD) | stored.c.content.startswith(SECOND)
    connection.execute(delete(stored).where(~reserved, ~gone))
    made_here = jobs.c.fence > 0  # else another service has made it, and it is only listed here
    query = select(jobs.c.id, jobs.c.team, jobs.c.manifest).where(
        jobs.c.state == "succeeded", jobs.c.manifest.is_not(None), jobs.c.reused_from.is_(None), made_here
    )
    query = query.where(jobs.c.id.not_in(select(stored.c.id).where(gone)))
    for row in connection.execute(query).all():
        files = sizes(Manifest.parse(row.manifest))
        _insert(connection, row.team, row.id, [Stored(*each) for each in files.items()])
    each = (
        select(stored.c.team, stored.c.content, func.max(stored.c.size_bytes).label("size_bytes"))
        .group_by(stored.c.team, stored.c.content)
        .subquery()
    )
    sums = select(each.c.team, func.sum(each.c.size_bytes)).group_by(each.c.team)
    after = {team: int(total) for team, total in connection.execute(sums).all()}
    for team in sorted({*before, *after}):
        lock(connection, team)
        connection.execute(update(usage).where(usage.c.team == team).values(used_bytes=after.get(team, 0)))
    return {team: (before.get(team, 0), after.get(team, 0)) for team in sorted({*before, *after})}


def _lock_all(connection: Connection) -> None:
    """Every team's row, and those of teams that have none yet: a new team's first job may end just now."""
    if connection.dialect.name == "postgresql":  # SQLite's transactions are one at a time as it is
        connection.execute(text("lock table usage in exclusive mode"))


def sizes(manifest: Manifest) -> dict[str, int]:
    """By SHA-256."""
    return {file.sha256: file.size_bytes for file in manifest.files}


def _anything(connection: Connection, holder: str, *more: ColumnElement[bool]) -> bool:
    mine = select(stored.c.id).where(stored.c.id == holder, *more)
    return connection.execute(mine.limit(1)).first() is not None


def _forget(connection: Connection, team: str, holder: str) -> int:
    """How many bytes that frees: what nothing else of the team consists of."""
    mine = delete(stored).where(stored.c.id == holder, stored.c.team == team)
    gone = {row.content: row.size_bytes for row in connection.execute(mine.returning(stored))}
    left = _contents(connection, team, gone)
    return sum(size for content, size in gone.items() if content not in left)


def _contents(connection: Connection, team: str, wanted: Iterable[str]) -> set[str]:
    """Which of these contents something of the team consists of."""
    found: set[str] = set()
    names = list(wanted)
    for start in range(0, len(names), 500):
        some = stored.c.content.in_(names[start : start + 500])
        found.update(connection.execute(select(stored.c.content).where(stored.c.team == team, some)).scalars())
    return found


def _insert(connection: Connection, team: str, holder: str, things: list[Stored]) -> None:
    now = time.time()
    rows = [
        {"id": holder, "content": thing.content, "team": team, "size_bytes": thing.size_bytes, "since": now}
        for thing in things
    ]
    if rows:
        connection.execute(insert(stored), rows)


def _add(connection: Connection, team: str, more_bytes: int) -> None:
    if more_bytes:
        grown = usage.c.used_bytes + more_bytes
        connection.execute(update(usage).where(usage.c.team == team).values(used_bytes=grown))
