"""The log that is kept of a job: pieces of text by their position, up to a limit."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select
from workbench.fields.text import storable
from workbench.jobs.record.tables import job_log

LOG_LIMIT = 1_000_000  # characters kept of one job's log; a flood must not fill the database
_END = job_log.c.position + func.length(job_log.c.text)


def append(connection: Connection, job_id: str, text: str) -> None:
    """Keep more of it, as far as there is room."""
    end = connection.execute(select(func.max(_END)).where(job_log.c.job_id == job_id)).scalar() or 0
    kept = storable(text)[: max(0, LOG_LIMIT - end)]
    if kept:
        connection.execute(insert(job_log).values(job_id=job_id, position=end, text=kept))


def read(connection: Connection, job_id: str, offset: int) -> tuple[str, int]:
    """The text from ``offset`` (characters; below 0: before its end) on, and where it ends now."""
    if offset < 0:
        end = connection.execute(select(func.max(_END)).where(job_log.c.job_id == job_id)).scalar() or 0
        offset = max(0, end + offset)
    offset = min(offset, LOG_LIMIT)
    pieces = (
        select(job_log.c.position, job_log.c.text)
        .where(job_log.c.job_id == job_id, offset < _END)
        .order_by(job_log.c.position)
    )
    rows = connection.execute(pieces).all()
    if not rows:
        return "", offset
    text = "".join(row.text for row in rows)[max(0, offset - rows[0].position) :]
    return text, offset + len(text)


def forget(connection: Connection, job_id: str) -> None:
    """Begin again, or for ever."""
    connection.execute(delete(job_log).where(job_log.c.job_id == job_id))
