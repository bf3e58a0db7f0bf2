"""Routes under /v1/conversions."""

from __future__ import annotations

from workbench.converter.schemas import ConversionRequest
from workbench.webapp.documents import Blueprint
from workbench.webapp.facts.models import ModelFacts
from workbench.webapp.routes import Resource, serve_jobs, serve_submission

conversions = Blueprint("conversions", __name__, url_prefix="/v1/conversions", description="Original models into IR.")
serve_submission(conversions, "conversion", ConversionRequest)
serve_jobs(conversions, Resource("conversion"), ModelFacts)
