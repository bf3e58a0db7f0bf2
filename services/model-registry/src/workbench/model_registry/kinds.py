"""Four kinds of jobs, each in a limited process: an upload, or what was brought from elsewhere, becomes a model; an
upload is only scanned; a model is analysed; what a zoo says of its models becomes a catalogue."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.jobs import Job, Kind, Made
from workbench.model_registry.values import WEIGHTS
from workbench.runner import Launch, Limits
from workbench.store import File, Manifests

GIB = 1 << 30
# Somebody waits for it, and others for its place. A model of 500 MB takes some seconds; what takes longer is made to.
PATIENCE_S = 60.0
# What is read in an environment apart begins with loading a framework, for which a busy machine takes its time. Nobody
# has looked inside a file yet, so names say what may be such; another thing of that name has no more than this, either.
APART_S = 120.0
_MAY_BE_APART = (".keras", ".h5", ".hdf5", ".caffemodel", ".params", ".pt2", *WEIGHTS, ".zip", ".tar", ".gz", ".tgz")
SLOWEST_BYTES_PER_S = 10 * 10**6  # of a machine that is busy, on a slow disk


def plan(job: Job, _manifests: Manifests) -> Launch:
    """The uploaded files, in a process that may use a few gigabytes and as long as a person waits."""
    return _look("workbench.model_registry.inspect", job, {"source": job.request.get("told") or {}})


def _look(core: str, job: Job, more: dict[str, Any] | None = None) -> Launch:
    files = job.request["files"]
    wall_s = PATIENCE_S + sum(file.get("size_bytes", 0) for file in files) / SLOWEST_BYTES_PER_S
    if any(file["name"].lower().endswith(_MAY_BE_APART) for file in files):
        wall_s += APART_S
    return Launch(
        core,
        spec={"name": job.name, **(more or {})},
        inputs={f"upload/{file['name']}": file["key"] for file in files},
        limits=Limits(
            memory_bytes=8 * GIB, cpu_s=int(2 * wall_s), file_bytes=8 * GIB, wall_s=round(wall_s), disk_bytes=24 * GIB
        ),
    )


def publish(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """An original model, or an IR that was made elsewhere."""
    told = job.request.get("told")
    origin = {"origin": "download", "source": told} if told else {"origin": "upload"}
    return Made("model", {**result, "name": job.name, **origin}, files)


def plan_inspection(job: Job, _manifests: Manifests) -> Launch:
    """The same, and the devices are asked what they can run."""
    return replace(_look("workbench.model_registry.scan", job), device="AUTO")


def publish_inspection(job: Job, result: dict[str, Any], _files: tuple[File, ...], _manifests: Manifests) -> Made:
    """What was seen; nothing is kept of the files."""
    return Made("inspection", {**result, "name": job.name})


def plan_analysis(job: Job, manifests: Manifests) -> Launch:
    """The model's files; the devices are asked what they can run, so that it waits while one is measured."""
    model = manifests.get("model", job.request["model_id"])
    return Launch(
        "workbench.model_registry.analyse",
        spec={"main_file": model.facts["main_file"]},
        inputs={f"model/{file.name}": file.sha256 for file in model.files},
        limits=Limits(memory_bytes=12 * GIB, cpu_s=600, file_bytes=8 * GIB, wall_s=600, disk_bytes=24 * GIB),
        device="AUTO",
    )


def publish_analysis(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """It belongs to its model and goes with it, so it holds nothing."""
    return Made("analysis", {**result, "model_id": job.request["model_id"]}, files)


def plan_catalogue(job: Job, _manifests: Manifests) -> Launch:
    """What was read of the zoo, some hundred texts."""
    return Launch(
        "workbench.model_registry.read_catalogue",
        spec={"files_url": job.request["told"]["files_url"]},
        inputs={file["name"]: file["key"] for file in job.request["files"]},
        limits=Limits(memory_bytes=2 * GIB, cpu_s=120, file_bytes=1 * GIB, wall_s=120, disk_bytes=1 * GIB),
    )


def publish_catalogue(job: Job, result: dict[str, Any], files: tuple[File, ...], _manifests: Manifests) -> Made:
    """A catalogue of where it was read."""
    told = job.request["told"]
    return Made("catalogue", {**result, "zoo": told["zoo"], "read_at": told["read_at"]}, files)


MODEL = Kind("model", plan=plan, publish=publish)
ANALYSIS = Kind("analysis", plan=plan_analysis, publish=publish_analysis)
INSPECTION = Kind("inspection", plan=plan_inspection, publish=publish_inspection)
CATALOGUE = Kind("catalogue", plan=plan_catalogue, publish=publish_catalogue)
KINDS = (MODEL, INSPECTION, ANALYSIS, CATALOGUE)
