"""A run's outputs on their way to blobs: staged under the run's fence, and kept there until they are published.

`workbench admin gc` may remove an old blob that no manifest lists while a run that makes the same bytes finds it
there. So the staged bytes stay until the manifest is accepted; then, when gc can see that it lists the blob and
spares it, whoever publishes looks once more and puts back what is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from workbench.jobs.job import Job, State
from workbench.store import File, Keys, Manifest, ObjectMissing, Store


class OutputLost(Exception):
    """A file of an accepted manifest is neither a blob nor staged."""


def keep(store: Store, job: Job, name: str, path: Path) -> File:
    """Stage one output of the job's run, and see that its blob is there."""
    keys = Keys(job.team)
    staged = keys.run(job.id, job.fence, name)
    with path.open("rb") as source:
        digest, size = store.put_stream(staged, source)
    if not store.exists(keys.blob(digest)):
        store.copy(staged, keys.blob(digest))
    return File(name, digest, size)


def assure(store: Store, job: Job, files: Iterable[File]) -> None:
    """Every blob of an accepted manifest is there, or is made again of what is staged. Raises OutputLost."""
    for file in files:
        blob = Keys(job.team).blob(file.sha256)
        if not store.exists(blob):
            store.copy(_staged(store, job, file), blob)


def drop(store: Store, job: Job) -> None:
    """Remove what the runs of an ended job have staged; safe to repeat."""
    if _staged_nothing(job):
        return
    for info in list(store.list(Keys(job.team).runs(job.id))):
        store.delete(info.key)


def _staged_nothing(job: Job) -> bool:
    """Its first holder has published a result without files, as every measurement is: there is nothing to look for."""
    first = job.fence == 1 and job.state is State.SUCCEEDED and job.manifest is not None
    return first and not Manifest.parse(str(job.manifest)).files


def _staged(store: Store, job: Job, file: File) -> str:
    """An earlier run of the job may have staged other bytes under the same name."""
    for info in store.list(Keys(job.team).runs(job.id)):
        if info.size_bytes == file.size_bytes and _digest(store, info.key) == file.sha256:
            return info.key
    raise OutputLost(f"{file.name} ({file.sha256})")


def _digest(store: Store, key: str) -> str | None:
    digest = hashlib.sha256()
    try:
        for chunk in store.read(key):
            digest.update(chunk)
    except ObjectMissing:
        return None
    return digest.hexdigest()
