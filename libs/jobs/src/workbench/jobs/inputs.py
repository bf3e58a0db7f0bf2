"""What a run reads: where the store has it, and what its bytes must hash to."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.jobs.job import Job
from workbench.jobs.problems import UploadDamaged
from workbench.runner import Launch
from workbench.store import Keys


class StagingFailed(Exception):
    """An input's bytes do not match their digest, or cannot be read."""


@dataclass(frozen=True)
class Source:
    """One input. ``sha256`` None: an upload whose client has declared none."""

    key: str
    sha256: str | None

    @property
    def is_blob(self) -> bool:
        """Whether its digest names it; what a client uploaded is not named by anything yet."""
        return "/blobs/" in self.key


def sources(job: Job, launch: Launch) -> dict[str, Source]:
    """By path below ``inputs/``."""
    keys = Keys(job.team)
    declared = {file["key"]: file["sha256"] for file in job.request.get("files", ()) if file.get("sha256")}
    return {
        name: Source(source, declared.get(source)) if "/" in source else Source(keys.blob(source), source)
        for name, source in launch.inputs.items()
    }


def verify(name: str, source: Source, digest: str) -> None:
    """Raises StagingFailed for a blob, UploadDamaged for a client's file."""
    if source.sha256 in (None, digest):
        return
    if source.is_blob:
        raise StagingFailed(f"{name}: the stored bytes do not match their digest {source.sha256}")
    raise UploadDamaged(name.removeprefix("upload/"), str(source.sha256), digest)
