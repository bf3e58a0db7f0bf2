"""What a run reads: where the store has it, and what its bytes must hash to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from workbench.jobs.job import Job
from workbench.jobs.problems import ForeignInput, UploadDamaged
from workbench.runner import Launch
from workbench.runner.values import is_plain_path
from workbench.store import Keys, Store

_SHA256 = re.compile(r"[0-9a-f]{64}")


class StagingFailed(Exception):
    """An input's bytes do not match their digest, or cannot be read."""


@dataclass(frozen=True)
class Source:
    """One input. ``sha256`` None: an upload whose client has declared none."""

    key: str
    sha256: str | None

    is_blob: bool = False  # whether its digest names it; what a client uploaded is not named by anything yet


def sources(job: Job, launch: Launch) -> dict[str, Source]:
    """By path below ``inputs/``. Raises ForeignInput: a job reads blobs of its team and uploads of its own, no more,
    and has them below its own inputs, nowhere else.

    Every input of every kind of job, wherever it runs, passes here.
    """
    declared = {file["key"]: file["sha256"] for file in job.request.get("files", ()) if file.get("sha256")}
    return {name: _source(job, name, source, declared) for name, source in launch.inputs.items()}


def _source(job: Job, name: str, source: str, declared: dict[str, str]) -> Source:
    keys = Keys(job.team)
    if not is_plain_path(name):
        raise ForeignInput(name)
    if _SHA256.fullmatch(source):
        return Source(keys.blob(source), source, is_blob=True)
    if not source.startswith(keys.upload(job.id)) or ".." in source.split("/"):
        raise ForeignInput(name)
    return Source(source, declared.get(source))


def fetch(store: Store, job: Job, launch: Launch, folder: Path) -> None:
    """Every input as a file below ``folder``, which is made. Raises what ``sources`` and ``verify`` raise."""
    folder.mkdir(parents=True)
    for name, source in sources(job, launch).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        verify(name, source, store.fetch(source.key, path))


def verify(name: str, source: Source, digest: str) -> None:
    """Raises StagingFailed for a blob, UploadDamaged for a client's file."""
    if source.sha256 in (None, digest):
        return
    if source.is_blob:
        raise StagingFailed(f"{name}: the stored bytes do not match their digest {source.sha256}")
    raise UploadDamaged(name.removeprefix("upload/"), str(source.sha256), digest)
