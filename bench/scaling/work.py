"""The work of the benchmark: a kind of job whose runs do nothing, and how it is told to a cluster."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

from workbench.jobs import Job, Kind, Made
from workbench.runner import Launch, Limits
from workbench.runner.pools import Pools, pools_of
from workbench.store import File, Manifests

SERVICE = "bench"
BARE = "bare"  # the label of Kubernetes Jobs that nobody but Kubernetes knows
URL = "http://bench.invalid"  # no pod of a simulated node ever asks
LAUNCH = Launch("bench.nothing", {}, {}, Limits(memory_bytes=1 << 30, cpu_s=60, file_bytes=1 << 20, wall_s=600.0))


def pools() -> Pools:
    """Any node."""
    host = {"cpu": "500m", "memory": "1Gi", "requestedMemory": "512Mi"}
    return pools_of({"namespace": "default", "release": "scale", "image": "runner", "scratch": "1Gi", "host": host})


def _plan(_job: Job, _manifests: Manifests) -> Launch:
    return LAUNCH


def _publish(_job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    return Made("nothing", result, files)


KIND = Kind("nothing", plan=_plan, publish=_publish)


def outputs() -> bytes:
    """What a run leaves: the archive of one small result."""
    content, packed = json.dumps({"result": {"done": True}}).encode(), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        member = tarfile.TarInfo("result.json")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()
