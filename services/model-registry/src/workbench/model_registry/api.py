"""Routes under /v1/models, /v1/inspections and /v1/catalogue."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

from workbench.jobs import Job
from workbench.model_registry import analyses, catalogue
from workbench.model_registry.converting import conversion_id
from workbench.model_registry.facts import AnalysisFacts, InspectionFacts
from workbench.model_registry.schemas import (
    CatalogueEntry,
    CataloguePage,
    CatalogueQuery,
    DownloadRequest,
    InspectionForm,
    ModelForm,
)
from workbench.model_registry.sources.names import file_name, model_name
from workbench.model_registry.values import MAIN_FILES, WEIGHTS
from workbench.webapp.documents import Blueprint
from workbench.webapp.facts.models import ModelFacts
from workbench.webapp.graphs import serve_graph, start_of
from workbench.webapp.part_uploads import serve_part_uploads
from workbench.webapp.ports import ports
from workbench.webapp.routes import Resource, WaitQuery, accepted, serve_jobs, waited_for
from workbench.webapp.uploads import UploadKind, serve_form_upload
from workbench.webapp.views import JobView, job_of

models = Blueprint("models", __name__, url_prefix="/v1/models", description="Original models and IRs.")


def _name_of(files: Sequence[str]) -> str:
    """The file a person would name the model after; a SavedModel is named after its folder."""
    main = PurePosixPath(next((name for name in files if name.endswith(MAIN_FILES + WEIGHTS)), files[0]))
    return main.parent.name or main.stem if main.name == "saved_model.pb" else main.stem


def _more(job: Job) -> dict[str, Any]:
    wanted = conversion_id(job)
    return {"conversion_id": wanted} if wanted else {}


UPLOADED = UploadKind("model", ModelForm, _name_of, _more)
MODELS = Resource("model", more=_more, forget=analyses.forget)

serve_form_upload(models, UPLOADED)
serve_part_uploads(models, UPLOADED)


@models.post("/downloads")
@models.arguments(DownloadRequest)
@models.response(202, JobView)
def bring(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Bring a model from elsewhere: the job downloads it, checks it, and examines it as an upload.

    With `convert` a conversion of it follows by itself.
    """
    name = body.pop("name", None) or model_name(body["source"]) or _name_of([file_name(body["source"])])
    digest = {"sha256": body["sha256"].lower()} if "sha256" in body else {}
    wanted = {**body, **digest, "files": [], "name": name[:200]}
    job = ports().submit("model", wanted)
    return accepted(models, job, _more)


serve_jobs(models, MODELS, ModelFacts)
serve_graph(models, lambda job_id: analyses.layers_of(MODELS.get(job_id)))


inspections = Blueprint("inspections", __name__, url_prefix="/v1/inspections", description="Files before an import.")
SCANNED = UploadKind("inspection", InspectionForm, _name_of)
serve_form_upload(inspections, SCANNED)
serve_part_uploads(inspections, SCANNED)
serve_jobs(inspections, Resource("inspection"), InspectionFacts)


@models.get("/<job_id>/analysis")
@models.arguments(WaitQuery, location="query")
@models.response(200, job_of(AnalysisFacts))
def read_analysis(query: dict[str, Any], job_id: str) -> dict[str, Any]:
    """The job that analyses the model, begun by who asks first; `facts` once it has succeeded.

    `arithmetic` (`gflops`, `giops`: 1e9 operations of one inference, two a multiply-accumulate; null with `reason`),
    `parameters`, `weights` by element type, `sparsity` (0 to 1), `activations` (`min_bytes`, `max_bytes`),
    `operations` by type, `opset`, `dynamic` input dimensions, `custom` operations, and of each device what it cannot
    run. `wait_s` as when a job is read.
    """
    job = analyses.of(MODELS.get(job_id))
    return Resource(analyses.KIND).view(waited_for(job, query["after"], query["wait_s"]))


zoo = Blueprint("catalogue", __name__, url_prefix="/v1/catalogue", description="Models of the zoo, by name.")


@zoo.get("")
@zoo.arguments(CatalogueQuery, location="query")
@zoo.response(200, CataloguePage)
def search(query: dict[str, Any]) -> dict[str, Any]:
    """The zoo's models by name, page by page, as far as they fit what is asked.

    Begun to be read when somebody first asks (503 until it is), and again when it is a day old.
    """
    start, limit = start_of(query.pop("cursor")), query.pop("limit")
    page = catalogue.page(catalogue.Wanted(**query), start, limit)
    end = start + len(page["items"])
    return {**page, "next_cursor": str(end) if end < page["matching"] else None}


@zoo.get("/<path:name>")
@zoo.response(200, CatalogueEntry)
def read_entry(name: str) -> dict[str, Any]:
    """One model of the zoo; a part of a model of several is `MODEL/PART`."""
    return catalogue.entry_of(name)
