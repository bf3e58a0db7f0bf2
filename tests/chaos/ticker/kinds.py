"""Three kinds of short jobs: one computes nothing, one runs a core, one measures and wants the device for itself."""

from __future__ import annotations

from typing import Any

from workbench.jobs import Job, Kind, Made
from workbench.runner import Launch, Limits
from workbench.store import File, Manifests

LIMITS = Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=120)


def publish(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """The fence at which it was decided is kept: what was written later can be held against it."""
    return Made("tick", {"number": job.request["number"], "fence": job.fence, **result}, files)


def plan(job: Job, _manifests: Manifests) -> Launch | None:
    """By the request's ``how``."""
    how = job.request["how"]
    if how == "nothing":
        return None
    spec = {"number": job.request["number"], "seconds": job.request["seconds"], "journal": job.request["journal"]}
    return Launch("workbench_chaos_core", spec, {}, LIMITS, device="CPU", exclusive=how == "exclusive")


# Everything here is killed again and again: it is not the number of attempts that is tested.
TICK = Kind("tick", plan=plan, publish=publish, max_attempts=1000)
