"""A list of jobs in pages, newest first; a page begins where the last job of the one before it ends."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, tuple_
from workbench.jobs.job import Job
from workbench.jobs.record.rows import COLUMNS, ID_LENGTH, job_of, nameable
from workbench.jobs.record.tables import jobs


@dataclass(frozen=True)
class Page:
    """One page of a list; ``cursor`` is opaque and None at the end."""

    items: list[Job]
    cursor: str | None


def page_of(
    connection: Connection, kind: str, team: str, limit: int, cursor: str | None, state: str | None,
    target: str | None = None,
) -> Page:
    """Raises ValueError for a cursor that is not ours."""
    query = select(*COLUMNS).where(jobs.c.kind == kind, jobs.c.team == team)
    if state:
        query = query.where(jobs.c.state == state)
    if target:
        query = query.where(jobs.c.target == target)
    if cursor:
        before, last = begins(cursor)
        # As one comparison, so that the index leads to where the page begins.
        query = query.where(tuple_(jobs.c.created_at, jobs.c.id) < tuple_(before, last))
    query = query.order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit + 1)
    found = [job_of(row) for row in connection.execute(query)]
    more = found[limit - 1] if len(found) > limit else None
    return Page(found[:limit], f"{more.created_at.hex()}~{more.id}" if more else None)


def begins(cursor: str) -> tuple[float, str]:
    """When the last thing of the page before was made, and its id. Raises ValueError for a cursor that is not ours."""
    created_at, _, last = cursor.partition("~")
    if not nameable(last, ID_LENGTH):
        raise ValueError("invalid cursor")
    try:
        return float.fromhex(created_at), last
    except OverflowError as error:
        raise ValueError("invalid cursor") from error
