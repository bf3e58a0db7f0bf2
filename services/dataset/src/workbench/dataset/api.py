"""Routes under /v1/datasets and /v1/tasks: the data, and what it is for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from workbench.dataset import formats
from workbench.dataset.schemas import DatasetForm, GenerationRequest, TaskPage
from workbench.tasks.catalogue import TASKS
from workbench.webapp.documents import Blueprint
from workbench.webapp.part_uploads import serve_part_uploads
from workbench.webapp.ports import ports
from workbench.webapp.routes import Resource, accepted, serve_jobs
from workbench.webapp.uploads import UploadKind, serve_form_upload
from workbench.webapp.views import JobView

datasets = Blueprint("datasets", __name__, url_prefix="/v1/datasets", description="Images and their annotations.")

tasks = Blueprint("tasks", __name__, url_prefix="/v1/tasks", description="What a model may do.")


def _name_of(files: Sequence[str]) -> str:
    """The archive, or the folder that the first file lies in."""
    return PurePosixPath(files[0]).parts[0]


UPLOADED = UploadKind("dataset", DatasetForm, _name_of)

serve_form_upload(datasets, UPLOADED)
serve_part_uploads(datasets, UPLOADED)


@datasets.post("/generations")
@datasets.arguments(GenerationRequest)
@datasets.response(202, JobView)
def generate(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Make up images where there are none."""
    name = body.pop("name", None) or f"generated {body['width']}x{body['height']}"
    return accepted(datasets, ports().submit("dataset", {**body, "name": name}))


serve_jobs(datasets, Resource("dataset"))


@tasks.get("")
@tasks.response(200, TaskPage)
def list_tasks() -> dict[str, Any]:
    """Each task: readings of outputs, what may be set, what is measured, and which datasets have its annotations."""
    return {"items": told_tasks()}


def told_tasks() -> list[dict[str, Any]]:
    """Every task as JSON, with the formats that feed it."""
    return [{**task.to_json(), "formats": formats.feeding(task)} for task in TASKS]
