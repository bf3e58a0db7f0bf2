"""What people call a job, and its tags: the only thing of an ended one that changes."""

from __future__ import annotations

from sqlalchemy import select, update
from workbench.jobs.job import Job
from workbench.jobs.record.jobs import Jobs
from workbench.jobs.record.rows import COLUMNS, job_of
from workbench.jobs.record.tables import jobs
from workbench.jobs.record.words import words_of
from workbench.problems.common import NotFound


def relabel(record: Jobs, job: Job, *, name: str | None = None, tags: list[str] | None = None) -> Job:
    """Another name, or other tags; None leaves what there is. Raises NotFound for one that is deleted meanwhile."""
    with record.engine.begin() as connection:
        asked = select(jobs.c.name, jobs.c.tags).where(jobs.c.id == job.id).with_for_update()
        known = connection.execute(asked).first()
        if known is None:
            raise NotFound(job.kind, job.id)
        name, tags = known.name if name is None else name, known.tags if tags is None else tags
        values = {"name": name, "tags": tags, "words": words_of(name, tags), "seq": jobs.c.seq + 1}
        changed = update(jobs).where(jobs.c.id == job.id).values(**values).returning(*COLUMNS)
        changed_job = job_of(connection.execute(changed).one())
    record.ring()
    return changed_job
