"""What was counted and drawn when a dataset was made, read back for who asks: small files beside its shards."""

from __future__ import annotations

from workbench.dataset.problems import NotKept
from workbench.jobs import Job
from workbench.store import File
from workbench.webapp.kept import kept_file as file_of
from workbench.webapp.kept import read_kept


def kept(job: Job, name: str, what: str) -> bytes:
    """The whole of a file. Raises NotKept, NotFound while the dataset is not there, Deleted."""
    return read_kept(job, kept_file(job, name, what))


def kept_file(job: Job, name: str, what: str) -> File:
    """One of the dataset's files. Raises NotKept, NotFound while the dataset is not there."""
    file = file_of(job, name)
    if file is None:
        raise NotKept(job.id, what)
    return file
