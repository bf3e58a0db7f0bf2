"""What was counted and drawn when a dataset was made, read back for who asks: small files beside its shards."""

from __future__ import annotations

from workbench.dataset.problems import NotKept
from workbench.jobs import Job, State
from workbench.problems.common import Deleted, NotFound
from workbench.store import File, Keys, Manifest, ObjectMissing
from workbench.webapp.ports import ports


def kept(job: Job, name: str, what: str) -> bytes:
    """The whole of a file. Raises NotKept, NotFound while the dataset is not there, Deleted."""
    file = kept_file(job, name, what)
    try:
        return ports().store.get(Keys(job.team).blob(file.sha256))
    except ObjectMissing:
        raise Deleted("dataset", job.id) from None


def kept_file(job: Job, name: str, what: str) -> File:
    """One of the dataset's files. Raises NotKept, NotFound while the dataset is not there."""
    if job.manifest is None or job.state is not State.SUCCEEDED:
        raise NotFound("dataset", job.id)
    try:
        return Manifest.parse(job.manifest).file(name)
    except NotFound:
        raise NotKept(job.id, what) from None
