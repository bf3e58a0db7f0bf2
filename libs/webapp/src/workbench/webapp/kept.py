"""What a job left beside its result for people to look at: its files, read back whole or in part."""

from __future__ import annotations

from functools import lru_cache

from flask import Response
from workbench.jobs import Job, State
from workbench.problems.common import Deleted, NotFound
from workbench.store import File, Keys, Manifest, ObjectMissing
from workbench.webapp.ports import ports


def kept_file(job: Job, name: str) -> File | None:
    """None where it left no such file. Raises NotFound while there is no result."""
    if job.manifest is None or job.state is not State.SUCCEEDED:
        raise NotFound(job.kind, job.id)
    try:
        return _parsed(job.manifest).file(name)
    except NotFound:
        return None


@lru_cache(maxsize=4)
def _parsed(manifest: str) -> Manifest:
    """One page asks for several files of one job."""
    return Manifest.parse(manifest)


def read_kept(job: Job, file: File, start: int = 0, length: int | None = None) -> bytes:
    """``length`` bytes from ``start``, or the whole. Raises Deleted."""
    try:
        return b"".join(ports().store.read(Keys(job.team).blob(file.sha256), start, length))
    except ObjectMissing:
        raise Deleted(job.kind, job.id) from None


def jpeg(data: bytes) -> Response:
    """A picture that we have made ourselves."""
    return _picture(data, "image/jpeg")


def png(data: bytes) -> Response:
    """The same, where none of it may be lost."""
    return _picture(data, "image/png")


def _picture(data: bytes, content_type: str) -> Response:
    response = Response(data, content_type=content_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
