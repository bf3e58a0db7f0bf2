"""Routes under /v1/datasets."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from flask_smorest import Blueprint
from workbench.dataset.schemas import DatasetForm, GenerationRequest
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import Resource, accepted, serve_jobs
from workbench.webapp.uploads import discard_upload, stage_upload
from workbench.webapp.views import JobView

datasets = Blueprint("datasets", __name__, url_prefix="/v1/datasets", description="Images and their annotations.")


@datasets.post("")
@datasets.arguments(DatasetForm, location="form")
@datasets.response(202, JobView)
def upload(form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Import a dataset: parts named `files` hold one archive, or a folder's files with their relative paths."""
    identity().require("member")
    team = identity().team
    job_id, files = stage_upload(ports().store, team)
    name = form.pop("name", None) or PurePosixPath(files[0]["name"]).parts[0]
    try:
        job = ports().submit("dataset", {**form, "files": files, "name": name}, job_id=job_id)
    except BaseException:
        discard_upload(ports().store, team, job_id)
        raise
    if job.id != job_id:  # an Idempotency-Key that we have seen: this copy of the bytes is not needed
        discard_upload(ports().store, team, job_id)
    return accepted(datasets, job)


@datasets.post("/generations")
@datasets.arguments(GenerationRequest)
@datasets.response(202, JobView)
def generate(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Make up images where there are none."""
    name = body.pop("name", None) or f"generated {body['width']}x{body['height']}"
    return accepted(datasets, ports().submit("dataset", {**body, "name": name}))


serve_jobs(datasets, Resource("dataset"))
