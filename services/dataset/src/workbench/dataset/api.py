"""Routes under /v1/datasets, /v1/exports and /v1/tasks: the data, in other layouts, and what it is for."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from flask import Response
from workbench.dataset import browsing, formats
from workbench.dataset.chart import chart
from workbench.dataset.facts import DatasetFacts, ExportFacts
from workbench.dataset.image_schemas import ImagePage, ImagesQuery, ImageView, StatisticsView
from workbench.dataset.kept import kept
from workbench.dataset.schemas import (
    AugmentationRequest,
    DatasetForm,
    ExportRequest,
    GenerationRequest,
    SubsetRequest,
    TaskPage,
)
from workbench.jobs import Job
from workbench.tasks.catalogue import TASKS
from workbench.tasks.guesses import classes_of
from workbench.webapp.documents import Blueprint
from workbench.webapp.kept import jpeg
from workbench.webapp.part_uploads import serve_part_uploads
from workbench.webapp.ports import ports
from workbench.webapp.routes import Resource, accepted, serve_jobs
from workbench.webapp.uploads import UploadKind, serve_form_upload
from workbench.webapp.views import JobView

datasets = Blueprint("datasets", __name__, url_prefix="/v1/datasets", description="Images and their annotations.")

exports = Blueprint(
    "exports",
    __name__,
    url_prefix="/v1/exports",
    description="Datasets as archives in layouts that other programs read.",
)

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


@datasets.post("/subsets")
@datasets.arguments(SubsetRequest)
@datasets.response(202, JobView)
def take_subset(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Take some images of a dataset, by number, classes, part and seed; each class by its share."""
    name = body.pop("name", None) or f"subset of {body['dataset_id'][:8]}"
    return accepted(datasets, ports().submit("dataset", {**body, "name": name}))


@datasets.post("/augmentations")
@datasets.arguments(AugmentationRequest)
@datasets.response(202, JobView)
def augment(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Change copies of a dataset's images: flips, hidden parts, noise, brightness, contrast, all from a seed."""
    name = body.pop("name", None) or f"augmented {body['dataset_id'][:8]}"
    return accepted(datasets, ports().submit("dataset", {**body, "name": name}))


DATASETS = Resource("dataset")
serve_jobs(datasets, DATASETS, DatasetFacts)


@exports.post("")
@exports.arguments(ExportRequest)
@exports.response(202, JobView)
def export(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Write a dataset in another layout; the archive is the file `dataset.zip` of the job once it has succeeded."""
    name = body.pop("name", None) or f"{body['dataset_id'][:8]} as {body['format']}"
    return accepted(exports, ports().submit("export", {**body, "name": name}))


serve_jobs(exports, Resource("export"), ExportFacts)


@datasets.get("/<job_id>/statistics")
@datasets.response(200, StatisticsView)
def statistics(job_id: str) -> dict[str, Any]:
    """Images by size and colour, classes and things by number and area; counted when the dataset was made."""
    found: dict[str, Any] = json.loads(kept(DATASETS.get(job_id), "statistics.json", "statistics"))
    return found


@datasets.get("/<job_id>/statistics.svg")
@datasets.response(200, content_type="image/svg+xml", description="A picture, 760 pixels wide.")
def statistics_picture(job_id: str) -> Response:
    """The same as a picture."""
    job = DATASETS.get(job_id)
    found = json.loads(kept(job, "statistics.json", "statistics"))
    response = Response(chart(found, job.name or job_id), content_type="image/svg+xml")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return response


@datasets.get("/<job_id>/images")
@datasets.arguments(ImagesQuery, location="query")
@datasets.response(200, ImagePage)
def list_images(query: dict[str, Any], job_id: str) -> dict[str, Any]:
    """The images of a dataset in their order, and what they have of which class."""
    job = DATASETS.get(job_id)
    classes = _classes(job)
    fits = browsing.wanted(query["task"], query["class_"], query["part"], classes)
    found, cursor = browsing.page(job, query["cursor"], query["limit"], fits)
    return {"items": [browsing.named(image, classes) for image in found], "next_cursor": cursor}


@datasets.get("/<job_id>/images/<int:number>")
@datasets.response(200, ImageView)
def read_image(job_id: str, number: int) -> dict[str, Any]:
    """One image by its number."""
    job = DATASETS.get(job_id)
    return browsing.named(browsing.one(job, number), _classes(job))


@datasets.get("/<job_id>/images/<int:number>/preview")
@datasets.response(200, content_type="image/jpeg", description="The image, its long side 256 pixels at most.")
def preview_image(job_id: str, number: int) -> Response:
    """The image with its annotation drawn onto it: boxes, masks, points, names of classes."""
    return jpeg(browsing.preview(DATASETS.get(job_id), number))


def _classes(job: Job) -> Mapping[str, Sequence[str]]:
    return classes_of(json.loads(job.manifest)["facts"]) if job.manifest else {}


@tasks.get("")
@tasks.response(200, TaskPage)
def list_tasks() -> dict[str, Any]:
    """Each task: readings of outputs, what may be set, what is measured, and which datasets have its annotations."""
    return {"items": told_tasks()}


def told_tasks() -> list[dict[str, Any]]:
    """Every task as JSON, with the formats that feed it."""
    return [{**task.to_json(), "formats": formats.feeding(task)} for task in TASKS]
