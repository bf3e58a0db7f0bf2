"""Routes under /v1/models."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from flask_smorest import Blueprint
from workbench.model_registry.schemas import ModelForm
from workbench.webapp.ports import identity, ports
from workbench.webapp.routes import Resource, accepted, serve_jobs
from workbench.webapp.uploads import discard_upload, stage_upload
from workbench.webapp.views import JobView

models = Blueprint("models", __name__, url_prefix="/v1/models", description="Original models and IRs.")


@models.post("")
@models.arguments(ModelForm, location="form")
@models.response(202, JobView)
def upload(form: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Import a model: parts named `files` hold its files; they are inspected in a limited process."""
    identity().require("member")
    team = identity().team
    job_id, files = stage_upload(ports().store, team)
    name = form.get("name") or PurePosixPath(_main(files)).stem
    try:
        job = ports().submit("model", {"files": files, "name": name}, job_id=job_id)
    except BaseException:
        discard_upload(ports().store, team, job_id)
        raise
    if job.id != job_id:  # an Idempotency-Key that we have seen: this copy of the bytes is not needed
        discard_upload(ports().store, team, job_id)
    return accepted(models, job)


def _main(files: list[dict[str, Any]]) -> str:
    """The file a person would name the model after."""
    named = [str(file["name"]) for file in files]
    return next((name for name in named if name.endswith((".onnx", ".xml"))), named[0])


serve_jobs(models, Resource("model"))
