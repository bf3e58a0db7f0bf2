"""The one kind of job here: an upload, or a wish for images, becomes a dataset in canonical form."""

from __future__ import annotations

from typing import Any

from workbench.jobs import Job, Kind, Made
from workbench.runner import Launch, Limits
from workbench.store import File, Manifests, content_digest

GIB = 1 << 30
LIMITS = Limits(memory_bytes=4 * GIB, cpu_s=3600, file_bytes=64 * GIB, wall_s=7200, disk_bytes=192 * GIB)


def plan(job: Job, _manifests: Manifests) -> Launch:
    """An upload is ingested; anything else is generated."""
    spec = dict(job.request)
    uploaded = spec.pop("files", None)
    if uploaded is None:
        return Launch("workbench.dataset.generate", spec=spec, inputs={}, limits=LIMITS)
    inputs = {f"upload/{file['name']}": file["key"] for file in uploaded}
    return Launch("workbench.dataset.ingest", spec=spec, inputs=inputs, limits=LIMITS)


def publish(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """Shards and their index."""
    return Made("dataset", {**result, "digest": content_digest(result, files), "name": job.name}, files)


DATASET = Kind("dataset", plan=plan, publish=publish)
KINDS = (DATASET,)
