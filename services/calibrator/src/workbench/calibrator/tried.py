"""What a trial left to look at: its pictures, as its core drew them."""

from __future__ import annotations

import json

from workbench.calibrator.problems import NothingDrawn
from workbench.jobs import Job
from workbench.problems.common import NotFound
from workbench.webapp.kept import kept_file, read_kept


def drawing(job: Job, number: int) -> bytes:
    """PNG. Raises NotFound, NothingDrawn."""
    if job.manifest is None:
        raise NotFound("trial", job.id)
    images = json.loads(job.manifest)["facts"]["images"]
    if number >= len(images):
        raise NotFound("image", f"{job.id}/{number}")
    name = images[number]["drawing"]
    file = kept_file(job, name) if name else None
    if file is None:
        raise NothingDrawn(job.id, number)
    return read_kept(job, file)
